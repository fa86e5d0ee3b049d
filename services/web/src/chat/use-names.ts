import type { Parley } from '@parley/client';
import { computed } from 'vue';
import { me } from '../core/current-user.ts';
import { useSnapshot } from '../core/parley.ts';
import { useMembers, userOf } from '../people/members.ts';
import { strings } from './strings.ts';

/** Returns the names and pictures of the users in a chat. */
export function useNames(parley: Parley, chat: number, isGroup: () => boolean) {
  const { members, load } = useMembers(parley, () => (isGroup() ? chat : undefined));
  const aliases = computed(() => new Map(members.value.map(({ user, alias }) => [user.id, alias || user.name])));
  const box = useSnapshot(
    (each) => each.chats().find((one) => one.chat === chat),
    () => chat,
  );
  return {
    members,
    load,
    /** Whether the current user is the owner or an admin of this group. */
    moderates: computed(() => members.value.some(({ user, role }) => user.id === me.value?.id && role !== 'member')),
    nameOf: (user: number): string => {
      if (user === me.value?.id) return me.value.name;
      // The chat of two users has no name until the list of chats is loaded, so falls back to the
      // user's own name.
      const name = user === chat ? box.value?.remark || box.value?.name : aliases.value.get(user);
      return name || (userOf(parley, user)?.name ?? strings.someone);
    },
    avatarOf: (user: number): string | null => {
      if (user === chat) return box.value?.avatar ?? null;
      const member = members.value.find((each) => each.user.id === user)?.user;
      return member?.avatar ?? userOf(parley, user)?.avatar ?? null;
    },
  };
}
