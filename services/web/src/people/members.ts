import type { Member, Parley } from '@parley/client';
import type { User } from '@parley/protocol';
import { onScopeDispose, reactive, shallowReactive, shallowRef, watch } from 'vue';
import { onSignOut } from '../core/sign-out.ts';

/** Everybody whose name is known, whatever chat they were met in. */
const people = shallowReactive(new Map<number, Pick<User, 'id' | 'name' | 'avatar'>>());
const asked = new Set<number>();
onSignOut(() => {
  people.clear();
  asked.clear();
});

/** Takes names from where they come anyway. */
export function cacheUsers(users: Iterable<Pick<User, 'id' | 'name' | 'avatar'>>): void {
  for (const { id, name, avatar } of users) people.set(id, { id, name, avatar });
}

/** A user, as far as is known now; who is not known yet is asked for. */
export function userOf(parley: Parley, id: number): Pick<User, 'id' | 'name' | 'avatar'> | undefined {
  const known = people.get(id);
  if (!known && !asked.has(id)) {
    asked.add(id);
    parley.api('GET /users/{id}', { id }).then(
      (user) => cacheUsers([user]),
      // Gone for good, or asked again by the next page that wants it.
      (error) => error.retry && asked.delete(id),
    );
  }
  return known;
}

/** The members of a group, kept up to date while the component lives; none of what is no group. */
export function useMembers(parley: Parley, group: () => number | undefined) {
  const members = shallowRef<Member[]>([]);
  const state = reactive({ loading: false, failed: false });
  const load = async () => {
    const id = group();
    if (id === undefined) return;
    state.loading = true;
    state.failed = false;
    try {
      const all: Member[] = [];
      let after: string | null = null;
      do {
        const page: { items: Member[]; next: string | null } = await parley.api('GET /groups/{id}/members', {
          id,
          limit: 200,
          ...(after && { after }),
        });
        all.push(...page.items);
        after = page.next;
      } while (after);
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
      if (event.kind === 'profile' && people.delete(event.user)) asked.delete(event.user);
    }),
  );
  watch(group, () => void load(), { immediate: true });
  return { members, state, load };
}
