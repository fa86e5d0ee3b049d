import type { Chats, Composer, Connection, Messages, PresenceMap, TypingUser, Uploads } from '@parley/client/views';
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

/**
 * Returns what the user writes in a chat: its text, the message it replies to or edits, and what to
 * do with it. The text stays when another chat is shown, until sign-out.
 */
export function useComposer(chat: number | undefined): Composer {
  return useView(useViews().composer(chat));
}

/**
 * Returns the presence of users by id, at most 500 for all components together. A user whose
 * presence is not known yet is missing.
 */
export function usePresence(users: readonly number[]): PresenceMap {
  return useView(useViews().presence(users));
}

/** Returns the other users who are typing in a chat, in the order in which they began. */
export function useTyping(chat: number | undefined): readonly TypingUser[] {
  return useView(useViews().typing(chat));
}

/** Returns the files that are uploaded and then sent to a chat, and `add`, which adds files. */
export function useUploads(chat: number | undefined): Uploads {
  return useView(useViews().uploads(chat));
}

/** Returns the state of the connection, and whether messages survive a reload. */
export function useConnection(): Connection {
  return useView(useViews().connection);
}
