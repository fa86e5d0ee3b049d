import type { Parley } from '@parley/client';
import { computed } from 'vue';
import { type Search, useSearch } from '../search/use-search.ts';
import type { useNames } from './use-names.ts';

/** The search in a chat. Its results stay while the chat is open, to be shown again. */
export function useChatSearch(
  parley: Parley,
  chat: number,
  names: ReturnType<typeof useNames>,
  isGroup: () => boolean,
) {
  const search: Search = useSearch(parley, chat);
  /** Who may have sent a message, without the user. */
  const senders = computed(() => {
    const ids = isGroup() ? names.members.value.map(({ user }) => user.id) : [chat];
    return ids.filter((id) => id !== parley.user).map((id) => ({ id, name: names.nameOf(id) }));
  });
  return { search, senders };
}
