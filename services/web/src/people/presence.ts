import { onScopeDispose, shallowReactive, watchEffect } from 'vue';
import { status, useParley } from '../core/parley.ts';

const parley = useParley();

/** Maximum number of users that one connection can watch. */
const MAX_WATCHED = 500;

const known = shallowReactive(new Map<number, Presence>());
/** Watched users by component, the latest last. */
const watched = new Map<symbol, number[]>();
let sent = '';

parley.on('presence', ({ user, online, lastSeen }) => known.set(user, { online, lastSeen }));

/**
 * The presence of a watched user. Undefined if it is not known, as while there is no connection.
 */
export function presenceOf(user: number): Presence | undefined {
  return status.value.state === 'online' ? known.get(user) : undefined;
}

/** Watches the presence of users while the component lives. */
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
  /** Ms since 1970. Null while online and if not known. */
  lastSeen: number | null;
}
