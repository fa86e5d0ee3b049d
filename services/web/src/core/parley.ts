import { Parley, type SavedSession } from '@parley/client';
import { onScopeDispose, type ShallowRef, shallowRef } from 'vue';
import { localStore } from './local-store.ts';

const user = Number(localStore.get('user')) || undefined;
const session = storedSession();

/** The SDK client of the page. It connects to the gateways of the session. */
const parley = new Parley({
  api: location.origin,
  ...(user && { user }),
  ...(session && { session }),
  // A refresh token is valid only once. If the user leaves the page during the request, the browser
  // must still receive the new token.
  fetch: (input, init) =>
    fetch(input, String(input).endsWith('/sessions/refresh') ? { ...init, keepalive: true } : init),
});

// The access token is valid for a few minutes. Storing it saves a refresh at each reload. The
// refresh token stays in an HttpOnly cookie.
parley.on('session', (now) => localStore.set('session', now && JSON.stringify({ ...now, refreshToken: '' })));

function storedSession(): SavedSession | undefined {
  try {
    const stored: SavedSession | null = JSON.parse(localStore.get('session') ?? 'null');
    return stored && stored.user.id === user && stored.expires > Date.now() ? stored : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the SDK client of the page. It is connected on every route that needs a session. */
export function useParley(): Parley {
  return parley;
}

/**
 * Returns a value of the client as a ref. It is read again after `change` events, at most once per
 * microtask.
 *
 * @param chat updates the value only after changes of this chat. Default: after all changes
 */
export function useSnapshot<T>(read: (parley: Parley) => T, chat?: () => number): Readonly<ShallowRef<T>> {
  const value = shallowRef(read(parley)) as ShallowRef<T>;
  let scheduled = false;
  const off = parley.on('change', (change) => {
    if (scheduled || (chat && change.chat !== undefined && change.chat !== chat())) return;
    scheduled = true;
    queueMicrotask(() => {
      scheduled = false;
      if (parley.status.state !== 'off') value.value = read(parley);
    });
  });
  onScopeDispose(off);
  return value;
}

/** Whether this browser keeps unsent messages across reloads. */
export const storage = shallowRef(parley.storage);
parley.on('storage', (now) => {
  storage.value = now;
});

/** The state of the connection. */
export const status = shallowRef(parley.status);
parley.on('status', (now) => {
  status.value = now;
});

/** Whether the browser reports a network connection. */
export const deviceOnline = shallowRef(navigator.onLine);
for (const event of ['online', 'offline'] as const) {
  addEventListener(event, () => {
    deviceOnline.value = navigator.onLine;
  });
}
