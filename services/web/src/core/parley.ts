import { Parley, type SavedSession } from '@parley/client';
import { onScopeDispose, type ShallowRef, shallowRef } from 'vue';
import { localStore } from './local-store.ts';

const user = Number(localStore.get('user')) || undefined;
const session = rememberedSession();

/** The one client of the page. The gateways are those that the session names. */
const parley = new Parley({
  api: location.origin,
  ...(user && { user }),
  ...(session && { session }),
  // A page that is left in the middle of a refresh would lose the new token, and the old one is good for nothing then.
  fetch: (input, init) =>
    fetch(input, String(input).endsWith('/sessions/refresh') ? { ...init, keepalive: true } : init),
});

// The access token of some minutes spares a refresh at each reload; what refreshes it is in a cookie that no script reads.
parley.on('session', (now) => localStore.set('session', now && JSON.stringify({ ...now, refreshToken: '' })));

function rememberedSession(): SavedSession | undefined {
  try {
    const kept: SavedSession | null = JSON.parse(localStore.get('session') ?? 'null');
    return kept && kept.user.id === user && kept.expires > Date.now() ? kept : undefined;
  } catch {
    return undefined;
  }
}

/** The one client of the page; it is connected wherever a route asks for a session. */
export function useParley(): Parley {
  return parley;
}

/**
 * What the client knows, as a ref that follows it: read anew after each `change`, once for all that came in one task.
 *
 * @param chat when given, only changes of this chat count
 */
export function useSnapshot<T>(read: (parley: Parley) => T, chat?: () => number): Readonly<ShallowRef<T>> {
  const value = shallowRef(read(parley)) as ShallowRef<T>;
  let waiting = false;
  const off = parley.on('change', (change) => {
    if (waiting || (chat && change.chat !== undefined && change.chat !== chat())) return;
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      if (parley.status.state !== 'off') value.value = read(parley);
    });
  });
  onScopeDispose(off);
  return value;
}

/** Whether this browser keeps what is not sent yet across reloads. */
export const storage = shallowRef(parley.storage);
parley.on('storage', (now) => {
  storage.value = now;
});

/** How the connection is doing. */
export const status = shallowRef(parley.status);
parley.on('status', (now) => {
  status.value = now;
});
