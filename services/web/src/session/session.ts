import { type Account, ParleyError, type SignInAccount } from '@parley/client';
import { shallowRef } from 'vue';
import { me, setMe } from '../core/current-user.ts';
import { localStore } from '../core/local-store.ts';
import { useParley } from '../core/parley.ts';
import { notifySignOut } from '../core/sign-out.ts';
import { unsubscribe } from '../offline/push.ts';
import { deviceName } from './device-name.ts';

const parley = useParley();

/**
 * True if the session ended without a sign-out on this page: it was ended on another device, or it
 * expired.
 */
export const ended = shallowRef(false);

let connected = false;

/**
 * Continues the session of an earlier visit of the page, even without the network. Resolves with
 * true as soon as the page can show chats, and with false if there is no session.
 */
export async function ensureSession(): Promise<boolean> {
  if (connected) return true;
  if (!(await finishSignOut())) return false;
  if (!me.value && !(await parley.resume().catch(() => false))) return false;
  await connect();
  return true;
}

/** Signs in. @throws ParleyError `code-required` if the account has a second factor */
export async function signIn(account: SignInAccount): Promise<void> {
  await parley.signIn({ ...account, device: deviceName() });
  await connect();
}

/** Creates an account and signs in. @throws ParleyError */
export async function register(account: Account): Promise<void> {
  await parley.register({ ...account, device: deviceName() });
  await connect();
}

/** Ends the session and deletes the user's data from this browser. */
export async function signOut(): Promise<void> {
  localStore.set('leaving', String(me.value?.id));
  leave(true);
  await unsubscribe().catch(() => {});
  await parley.signOut();
  localStore.set('leaving', undefined);
}

/**
 * Completes a sign-out during which the page was closed. Resolves with false if the server cannot
 * be reached.
 */
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

/**
 * Handles a session that the server has ended. Keeps unsent messages for the user's next sign-in.
 */
async function handleSessionEnd(): Promise<void> {
  if (!connected) return;
  leave(false);
  ended.value = true;
  await parley.close();
}

async function connect(): Promise<void> {
  ended.value = false;
  if (parley.session) setMe(parley.session.user);
  await parley.connect();
  connected = true;
}

function leave(forget: boolean): void {
  connected = false;
  notifySignOut(forget);
  setMe(undefined);
}

parley.on('session', (session) => {
  if (session) setMe(session.user);
  else handleSessionEnd();
});

parley.on('status', async ({ state }) => {
  if (state !== 'ended' || !connected) return;
  // Finds out from the api why the connection ended: the session was revoked, or another connection
  // replaced this one. Only a revoked session gets 401.
  try {
    await parley.api('GET /me');
  } catch (error) {
    if (error instanceof ParleyError && error.status === 401) await handleSessionEnd();
  }
});

parley.on('event', async (event) => {
  if (event.kind === 'profile' && event.user === me.value?.id) setMe(await parley.api('GET /me'));
});
