import { Parley, type SavedSession } from '@parley/client';
import { onScopeDispose, type ShallowRef, shallowRef } from 'vue';
import { localStore } from './local-store.ts';

const user = Number(localStore.get('user')) || undefined;
const session = storedSession();

/** The only SDK client of the page. It connects to the gateway that the session names. */
const parley = new Parley({
  api: location.origin,
  ...(user && { user }),
  ...(session && { session }),
  // Lets the browser finish a refresh after the user leaves the page, because a refresh token is
  // valid only once and the browser must not miss the new one.
  fetch: (input, init) =>
    fetch(input, String(input).endsWith('/sessions/refresh') ? { ...init, keepalive: true } : init),
});

// Stores the access token, which is valid for a few minutes, so that a reload needs no refresh. The
// refresh token is not stored here; it stays in an HttpOnly cookie.
parley.on('session', (now) => localStore.set('session', now && JSON.stringify({ ...now, refreshToken: '' })));

function storedSession(): SavedSession | undefined {
  try {
    const stored: SavedSession | null = JSON.parse(localStore.get('session') ?? 'null');
    return stored && stored.user.id === user && stored.expires > Date.now() ? stored : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Returns the SDK client of the page. The router connects it before it opens a page that needs a
 * session.
 */
export function useParley(): Parley {
  return parley;
}

/**
 * Returns a value that is read from the client, as a ref. Reads it again after `change` events, at
 * most once per microtask.
 *
 * @param chat reads the value again only after changes of this chat. Default: after every change
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

/** Whether the browser reports that the device has a network connection. */
export const deviceOnline = shallowRef(navigator.onLine);
for (const event of ['online', 'offline'] as const) {
  addEventListener(event, () => {
    deviceOnline.value = navigator.onLine;
  });
}
