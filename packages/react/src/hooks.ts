import type { Chats, Composer, Connection, Messages, PresenceMap, TypingUser, Uploads } from '@parley/client/views';
import { useView, useViews } from './provider.ts';

/**
 * Returns the user's chats: pinned chats first, then by the date of the last message, newest first.
 */
export function useChats(): Chats {
  return useView(useViews().chats);
}

/**
 * Returns the messages of a chat, and loads the newest ones from the api if they are not in memory.
 *
 * @param chat id of a user or group. Undefined: no messages
 */
export function useMessages(chat: number | undefined): Messages {
  return useView(useViews().messages(chat));
}

/**
 * Returns the message that the user is writing in a chat: its text, the message that it replies to
 * or edits, and functions to change and send it. The text is kept until sign-out, even while
 * another chat is shown.
 */
export function useComposer(chat: number | undefined): Composer {
  return useView(useViews().composer(chat));
}

/**
 * Returns the presence of users, by user id. All components together can watch at most 500 users.
 * Users whose presence is not known yet are missing.
 */
export function usePresence(users: readonly number[]): PresenceMap {
  return useView(useViews().presence(users));
}

/** Returns the other users who are typing in a chat, in the order in which they began. */
export function useTyping(chat: number | undefined): readonly TypingUser[] {
  return useView(useViews().typing(chat));
}

/**
 * Returns the files that are uploaded and then sent to a chat, and the function `add`, which adds
 * files.
 */
export function useUploads(chat: number | undefined): Uploads {
  return useView(useViews().uploads(chat));
}

/** Returns the state of the connection, and whether messages survive a reload of the page. */
export function useConnection(): Connection {
  return useView(useViews().connection);
}
