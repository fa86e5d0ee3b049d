import { z } from '@hono/zod-openapi';
import type { Database } from '@parley/database';
import { idField } from '../../../http/fields.ts';
import type { ChatKey } from '../../../queries/chat-key.ts';
import { findChat } from '../../chats/find-chat.ts';
import { refParam, requireUser } from '../refs.ts';

/** The path parameters `{user}` and `{chat}`. */
export const userChatParams = z.object({
  user: refParam,
  chat: idField.openapi({ description: 'Id of the other user or of a group of the user' }),
});

/**
 * Returns the key of a user's copy of a chat. Throws `not-found` if the user or the chat does not
 * exist.
 */
export async function findUserChat(db: Database, { user, chat }: z.infer<typeof userChatParams>): Promise<ChatKey> {
  return await findChat(db, await requireUser(db, user), chat);
}
