import type { Parley } from '@parley/client';
import { computed } from 'vue';
import { type Search, useSearch } from '../search/use-search.ts';
import type { useNames } from './use-names.ts';

/**
 * The search within a chat. Keeps its results while the chat is open, so that the panel can show
 * them again.
 */
export function useChatSearch(
  parley: Parley,
  chat: number,
  names: ReturnType<typeof useNames>,
  isGroup: () => boolean,
) {
  const search: Search = useSearch(parley, chat);
  /** Possible senders in the search filter: all users of the chat except the current user. */
  const senders = computed(() => {
    const ids = isGroup() ? names.members.value.map(({ user }) => user.id) : [chat];
    return ids.filter((id) => id !== parley.user).map((id) => ({ id, name: names.nameOf(id) }));
  });
  return { search, senders };
}
