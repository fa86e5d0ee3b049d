import type { Account } from '@parley/client';
import { ParleyError } from '@parley/client';
import { shallowRef } from 'vue';
import { me, setMe } from '../core/current-user.ts';
import { localStore } from '../core/local-store.ts';
import { useParley } from '../core/parley.ts';
import { notifySignOut } from '../core/sign-out.ts';
import { unsubscribe } from '../offline/push.ts';

const parley = useParley();

/** Why the page is at sign-in, when it was not by choice: the session ended on another device or grew too old. */
export const ended = shallowRef(false);

let connected = false;

/**
 * Goes on with the session of an earlier visit, if there is one: without the network too, with what was kept. Resolves with true as
 * soon as chats can be shown.
 */
export async function ensureSession(): Promise<boolean> {
  if (connected) return true;
  if (!(await finishSignOut())) return false;
  if (!me.value && !(await parley.resume().catch(() => false))) return false;
  await connect();
  return true;
}

/** Begins a session. @throws ParleyError */
export async function signIn(account: Omit<Account, 'name'>): Promise<void> {
  await parley.signIn({ ...account, device: deviceName() });
  await connect();
}

/** Makes an account and begins a session. @throws ParleyError */
export async function register(account: Account): Promise<void> {
  await parley.register({ ...account, device: deviceName() });
  await connect();
}

/** Ends the session, and forgets what was kept of it here. */
export async function signOut(): Promise<void> {
  localStore.set('leaving', String(me.value?.id));
  leave();
  await unsubscribe().catch(() => {});
  await parley.signOut();
  localStore.set('leaving', undefined);
}

/** The page may have been closed in the middle of it. False while it cannot be finished. */
async function finishSignOut(): Promise<boolean> {
  const user = localStore.get('leaving');
  if (user === undefined) return true;
  try {
    if (await parley.resume()) await parley.signOut();
    indexedDB.deleteDatabase(`parley-${user}`);
    localStore.set('leaving', undefined);
    setMe(undefined);
    return true;
  } catch {
    return false;
  }
}

/** The server ended the session: what was kept and not sent stays, for when the same user signs in again. */
async function sessionOver(): Promise<void> {
  if (!connected) return;
  leave();
  ended.value = true;
  await parley.close();
}

async function connect(): Promise<void> {
  ended.value = false;
  if (parley.session) setMe(parley.session.user);
  await parley.connect();
  connected = true;
}

function leave(): void {
  connected = false;
  setMe(undefined);
  notifySignOut();
}

parley.on('session', (session) => {
  if (session) setMe(session.user);
  else sessionOver();
});

parley.on('status', async ({ state }) => {
  if (state !== 'ended' || !connected) return;
  // Revoked, or replaced by another connection: the api knows.
  try {
    await parley.api('GET /me');
  } catch (error) {
    if (error instanceof ParleyError && error.status === 401) await sessionOver();
  }
});

parley.on('event', async (event) => {
  if (event.kind === 'profile' && event.user === me.value?.id) setMe(await parley.api('GET /me'));
});

/** What this browser is called in the list of sessions. */
function deviceName(): string {
  const { userAgent } = navigator;
  const browser = ['Firefox', 'Edg', 'OPR', 'Chrome', 'Safari'].find((name) => userAgent.includes(name)) ?? 'Browser';
  const system = ['Android', 'iPhone', 'iPad', 'Windows', 'Mac OS', 'Linux'].find((name) => userAgent.includes(name));
  const named = { Edg: 'Edge', OPR: 'Opera' }[browser] ?? browser;
  return system ? `${named}, ${system}` : named;
}
