import type { Messages } from '@parley/client/views';
import { type ComputedRef, type MaybeRefOrGetter, toValue } from 'vue';
import { useViews } from './provider.ts';
import { fieldRefs, useView } from './use-view.ts';

/** The messages of a chat. Each value is a Vue ref. */
export interface MessagesRefs extends Pick<Messages, 'loadOlder'> {
  messages: ComputedRef<Messages['messages']>;
  hasOlder: ComputedRef<boolean>;
  loading: ComputedRef<boolean>;
  error: ComputedRef<Messages['error']>;
}

/**
 * Returns the messages of a chat, and loads the newest ones from the api if they are not in memory.
 *
 * @param chat id of a user or group. Undefined: no messages
 */
export function useMessages(chat: MaybeRefOrGetter<number | undefined>): MessagesRefs {
  const views = useViews();
  const value = useView(() => views.messages(toValue(chat)));
  return {
    ...fieldRefs(value, ['messages', 'hasOlder', 'loading', 'error']),
    loadOlder: (limit) => value.value.loadOlder(limit),
  };
}
