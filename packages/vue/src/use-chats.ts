import type { Chats } from '@parley/client/views';
import type { ComputedRef } from 'vue';
import { useViews } from './provider.ts';
import { fieldRefs, useView } from './use-view.ts';

/** The user's chats. Each value is a Vue ref. */
export interface ChatsRefs extends Pick<Chats, 'loadMore'> {
  chats: ComputedRef<Chats['chats']>;
  loaded: ComputedRef<boolean>;
  hasMore: ComputedRef<boolean>;
  loading: ComputedRef<boolean>;
  error: ComputedRef<Chats['error']>;
}

/**
 * Returns the user's chats: pinned chats first, then by the date of the last message, newest first.
 */
export function useChats(): ChatsRefs {
  const { chats } = useViews();
  const value = useView(() => chats);
  return {
    ...fieldRefs(value, ['chats', 'loaded', 'hasMore', 'loading', 'error']),
    loadMore: () => value.value.loadMore(),
  };
}
