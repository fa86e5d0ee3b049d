import { onScopeDispose, shallowReactive, watchEffect } from 'vue';
import { useParley } from '../core/parley.ts';

const parley = useParley();

/** Users one connection may follow. */
const MOST = 500;

const known = shallowReactive(new Map<number, Presence>());
/** Who is wanted, by who wants them; the latest to ask come first. */
const wanted = new Map<symbol, number[]>();
let told = '';

parley.on('presence', ({ user, online, lastSeen }) => known.set(user, { online, lastSeen }));

/** Whether a user is online, as far as that is followed; to be read where it shall be followed. */
export function presenceOf(user: number): Presence | undefined {
  return known.get(user);
}

/** Follows the presence of these users while the component lives. */
export function watchPresence(users: () => readonly number[]): void {
  const key = Symbol('follower');
  watchEffect(() => {
    wanted.delete(key);
    wanted.set(key, [...users()]);
    tell();
  });
  onScopeDispose(() => {
    wanted.delete(key);
    tell();
  });
}

function tell(): void {
  const users = [...new Set([...wanted.values()].reverse().flat())].slice(0, MOST);
  const list = users.join();
  if (list === told || parley.status.state === 'off') return;
  told = list;
  parley.watch(users);
}

export interface Presence {
  online: boolean;
  /** Ms since 1970; null while online and when not known. */
  lastSeen: number | null;
}
