import type { Account } from '@parley/client';
import { ParleyError } from '@parley/client';
import type { User } from '@parley/protocol';
import { type ShallowRef, shallowRef } from 'vue';
import { memory } from '../core/local-store.ts';
import { useParley } from '../core/parley.ts';
import { unsubscribe } from '../offline/push.ts';

const parley = useParley();

/** Who is signed in. */
export const me: ShallowRef<User | undefined> = shallowRef(rememberedUser());

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
  memory.set('leaving', String(me.value?.id));
  leave();
  await unsubscribe().catch(() => {});
  await parley.signOut();
  memory.set('leaving', undefined);
}

/** The page may have been closed in the middle of it. False while it cannot be finished. */
async function finishSignOut(): Promise<boolean> {
  const user = memory.get('leaving');
  if (user === undefined) return true;
  try {
    if (await parley.resume()) await parley.signOut();
    indexedDB.deleteDatabase(`parley-${user}`);
    memory.set('leaving', undefined);
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

/** Shows a changed profile of the user's own. */
export function setMe(user: User | undefined): void {
  me.value = user;
  memory.set('user', user && String(user.id));
  memory.set('me', user && JSON.stringify(user));
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
  for (const listener of leaving) listener();
}

const leaving = new Set<() => void>();

/** Calls `listener` whenever a session ends here, by choice or not. */
export function onLeave(listener: () => void): void {
  leaving.add(listener);
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

function rememberedUser(): User | undefined {
  try {
    return JSON.parse(memory.get('me') ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}

/** What this browser is called in the list of sessions. */
function deviceName(): string {
  const { userAgent } = navigator;
  const browser = ['Firefox', 'Edg', 'OPR', 'Chrome', 'Safari'].find((name) => userAgent.includes(name)) ?? 'Browser';
  const system = ['Android', 'iPhone', 'iPad', 'Windows', 'Mac OS', 'Linux'].find((name) => userAgent.includes(name));
  const named = { Edg: 'Edge', OPR: 'Opera' }[browser] ?? browser;
  return system ? `${named}, ${system}` : named;
}
