import { onScopeDispose, shallowReactive, watchEffect } from 'vue';
import { status, useParley } from '../core/parley.ts';

const parley = useParley();

/** Maximum number of users that one connection can watch, as on the server. */
const MAX_WATCHED = 500;

const known = shallowReactive(new Map<number, Presence>());
/**
 * Each mounted component -> the users whose presence it watches. The component that changed last
 * comes last.
 */
const watched = new Map<symbol, number[]>();
let sent = '';

parley.on('presence', ({ user, online, lastSeen }) => known.set(user, { online, lastSeen }));

/**
 * Returns the presence of a watched user. Undefined if it is unknown, for example without a
 * connection.
 */
export function presenceOf(user: number): Presence | undefined {
  return status.value.state === 'online' ? known.get(user) : undefined;
}

/** Watches the presence of users while the component is mounted. */
export function watchPresence(users: () => readonly number[]): void {
  const key = Symbol('watcher');
  watchEffect(() => {
    watched.delete(key);
    watched.set(key, [...users()]);
    sendWatchList();
  });
  onScopeDispose(() => {
    watched.delete(key);
    sendWatchList();
  });
}

function sendWatchList(): void {
  const users = [...new Set([...watched.values()].reverse().flat())].slice(0, MAX_WATCHED);
  const list = users.join();
  if (list === sent || parley.status.state === 'off') return;
  sent = list;
  parley.watch(users);
}

export interface Presence {
  online: boolean;
  /**
   * When the user was last online, in Unix ms. Null while the user is online, and if it is unknown.
   */
  lastSeen: number | null;
}
