import { z } from '@hono/zod-openapi';
import type { Database } from '@parley/database';
import type { AppContext } from '../../app-context.ts';
import { awaitChat } from '../../http/await-history.ts';
import { idField, idParams } from '../../http/fields.ts';
import { callerOperation, jsonResponse } from '../../http/operation.ts';
import { limitField } from '../../http/page.ts';
import { Refusal } from '../../http/refusal.ts';
import { messageSchema, unrecordedField, usersField } from '../../http/schemas.ts';
import type { ChatKey } from '../../queries/chat-key.ts';
import { type MessageRow, toMessage } from '../../queries/message-row.ts';
import { readMessages } from '../../queries/messages.ts';
import { usersOfMessages } from '../../queries/users-of-messages.ts';
import { findChat } from '../chats/find-chat.ts';

/** The query parameters of a page of messages. */
export const messagesQuery = z.strictObject({
  before: idField
    .optional()
    .openapi({ description: 'The messages before this one. Ignored with `after` or `around`.' }),
  after: idField.optional().openapi({ description: 'The messages after this one. Ignored with `around`.' }),
  around: idField.optional().openapi({ description: 'The messages on both sides of this one, and itself' }),
  limit: limitField,
});

/** A page of the messages of a chat. */
export const messagesPage = z.object({
  items: z.array(messageSchema).openapi({ description: 'Ascending by id' }),
  more: z.boolean().openapi({ description: 'There are more: newer ones with `after`, else older ones' }),
  users: usersField,
  unrecorded: unrecordedField,
});

/** Returns a page of the caller's own copy of a chat, or of the visible messages of a group. */
export const list = callerOperation(
  {
    method: 'get',
    operationId: 'listMessages',
    path: '/v1/chats/{id}/messages',
    tags: ['Chats'],
    summary: 'Messages of a chat, from your own copy',
    request: { params: idParams, query: messagesQuery },
    responses: { 200: jsonResponse(messagesPage, 'The requested page. Default: the newest') },
    refuses: ['not-found', 'history-disabled'],
  },
  async (c) => {
    const { context } = c.var;
    if (context.config.history === 'relay') throw new Refusal('history-disabled');
    const key = await findChat(context.db, c.var.caller.user, c.req.valid('param').id);
    return c.json(await listMessages(context, key, c.req.valid('query')), 200);
  },
);

/** Returns a page of a chat's messages in the form that the chat's owner receives. */
export async function listMessages(
  context: AppContext,
  key: ChatKey,
  wanted: z.infer<typeof messagesQuery>,
): Promise<z.infer<typeof messagesPage>> {
  const { db } = context;
  const isRecorded = await awaitChat(context, key);
  const { rows, more } = await readPage(db, key, wanted);
  const items = rows.map((row) => toMessage(key, row));
  const unrecorded = !isRecorded && !(await isFollowed(db, key, wanted));
  return { items, more, users: await usersOfMessages(db, items), ...(unrecorded && { unrecorded }) };
}

/**
 * Returns whether PostgreSQL already has a message that follows the requested page. If so, the page
 * is complete, because messages are recorded in the order of their ids.
 */
async function isFollowed(db: Database, key: ChatKey, { before, after, around }: z.infer<typeof messagesQuery>) {
  if (before === undefined || after !== undefined || around !== undefined) return false;
  return (await readMessages(db, key, { above: before - 1, limit: 1 })).length > 0;
}

async function readPage(
  db: Database,
  key: ChatKey,
  { before, after, around, limit }: z.infer<typeof messagesQuery>,
): Promise<Page> {
  if (after !== undefined && around === undefined) {
    const rows = await readMessages(db, key, { above: after, limit: limit + 1 });
    return { rows: rows.slice(0, limit), more: rows.length > limit };
  }
  const below = around === undefined ? before : around + 1;
  const half = around === undefined ? limit : Math.ceil(limit / 2);
  const older = await readMessages(db, key, { ...(below === undefined ? {} : { below }), limit: half + 1 });
  const rows = older.slice(0, half).reverse();
  if (around !== undefined && limit > half) {
    rows.push(...(await readMessages(db, key, { above: around, limit: limit - half })));
  }
  return { rows, more: older.length > half };
}

interface Page {
  rows: MessageRow[];
  more: boolean;
}
