import type { Chats, Messages } from '@parley/client/views';
import { useView, useViews } from './provider.ts';

/** Returns the user's chats, pinned ones first, then the newest first. */
export function useChats(): Chats {
  return useView(useViews().chats);
}

/**
 * Returns the messages of a chat, and loads the newest ones from the api.
 *
 * @param chat id of a user or group. Undefined: no messages
 */
export function useMessages(chat: number | undefined): Messages {
  return useView(useViews().messages(chat));
}
