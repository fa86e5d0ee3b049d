import { z } from '@hono/zod-openapi';
import type { AppContext } from '../../app-context.ts';
import { awaitChats } from '../../http/await-history.ts';
import { callerOperation, jsonResponse } from '../../http/operation.ts';
import { pageCursor, pageFields, toPage } from '../../http/page.ts';
import { chatSchema, pageOf, unrecordedField, usersField } from '../../http/schemas.ts';
import { listChats } from '../../queries/chats.ts';
import { usersOfMessages } from '../../queries/users-of-messages.ts';

const cursor = pageCursor('number', 'number');

/** The query parameters of a list of chats. */
export const chatsQuery = z.strictObject({
  archived: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .openapi({ type: 'boolean', description: 'Only archived chats, or only others. Default: all' }),
  ...pageFields(cursor),
});

/** The schema of a page of chats. */
export const chatsPage = pageOf(chatSchema).extend({ users: usersField, unrecorded: unrecordedField });

/** Lists the caller's chats that have messages. */
export const list = callerOperation(
  {
    method: 'get',
    operationId: 'listChats',
    path: '/v1/chats',
    tags: ['Chats'],
    summary: 'Your chats that have messages',
    request: { query: chatsQuery },
    responses: { 200: jsonResponse(chatsPage, 'A page of chats, the newest first') },
  },
  async (c) => c.json(await readChatsPage(c.var.context, c.var.caller.user, c.req.valid('query')), 200),
);

/** Returns a page of a user's chats that have messages, newest first. */
export async function readChatsPage(
  context: AppContext,
  user: number,
  { archived, limit, after }: z.infer<typeof chatsQuery>,
): Promise<z.infer<typeof chatsPage>> {
  const { db } = context;
  const isRecorded = await awaitChats(context, user);
  const chats = await listChats(db, user, { before: after, archived, limit: limit + 1 });
  const page = toPage(
    chats,
    limit,
    (chat) => chat,
    cursor,
    (chat) => [chat.updated, chat.chat],
  );
  const last = page.items.flatMap((chat) => chat.last ?? []);
  return { ...page, users: await usersOfMessages(db, last), ...(!isRecorded && { unrecorded: true }) };
}
