import type { Member, Parley } from '@parley/client';
import type { User } from '@parley/protocol';
import { onScopeDispose, reactive, shallowReactive, shallowRef, watch } from 'vue';
import { readAllPages } from '../core/read-all-pages.ts';
import { onSignOut } from '../core/sign-out.ts';

/** Cache of the users whose name is known, across all chats. */
const users = shallowReactive(new Map<number, KnownUser>());
const requested = new Set<number>();
onSignOut(() => {
  users.clear();
  requested.clear();
});

/** Adds users that a response contained to the cache. */
function cacheUsers(all: Iterable<KnownUser>): void {
  for (const { id, name, avatar } of all) users.set(id, { id, name, avatar });
}

/**
 * Returns a user from the cache. Undefined if the cache does not contain the user; then loads the
 * user, after which templates and computed values that called this function are updated.
 */
export function userOf(parley: Parley, id: number): KnownUser | undefined {
  const known = users.get(id);
  if (!known && !requested.has(id)) {
    requested.add(id);
    parley.api('GET /users/{id}', { id }).then(
      (user) => cacheUsers([user]),
      // Requests the user again later if the error was temporary, but not if the user was deleted.
      (error) => error.retry && requested.delete(id),
    );
  }
  return known;
}

/** Returns a user from the cache, otherwise from the api. Undefined if the request fails. */
export async function readUser(parley: Parley, id: number): Promise<KnownUser | undefined> {
  const known = users.get(id);
  if (known) return known;
  const user = await parley.api('GET /users/{id}', { id }).catch(() => undefined);
  if (user) cacheUsers([user]);
  return user;
}

/**
 * Returns the members of a group and updates them while the component is mounted. Empty if `group`
 * returns undefined.
 */
export function useMembers(parley: Parley, group: () => number | undefined) {
  const members = shallowRef<Member[]>([]);
  const state = reactive({ loading: false, failed: false });
  const load = async () => {
    const id = group();
    if (id === undefined) return;
    state.loading = true;
    state.failed = false;
    try {
      const all = await readAllPages((paging) => parley.api('GET /groups/{id}/members', { id, ...paging }));
      if (group() !== id) return;
      members.value = all;
      cacheUsers(all.map(({ user }) => user));
    } catch {
      state.failed = true;
    }
    state.loading = false;
  };
  onScopeDispose(
    parley.on('event', (event) => {
      if (event.kind === 'group' && event.group === group()) void load();
      if (event.kind === 'profile' && users.delete(event.user)) requested.delete(event.user);
    }),
  );
  watch(group, () => void load(), { immediate: true });
  return { members, state, load };
}

type KnownUser = Pick<User, 'id' | 'name' | 'avatar'>;
