import { z } from '@hono/zod-openapi';
import { callerOperation, jsonResponse } from '../../http/operation.ts';
import { pageCursor, pageFields, toPage } from '../../http/page.ts';
import { chatSchema, pageOf, usersField } from '../../http/schemas.ts';
import { listChats } from '../../queries/chats.ts';
import { usersOfMessages } from '../../queries/users-of-messages.ts';

const cursor = pageCursor('number', 'number');

/** Lists the caller's chats that have messages. */
export const list = callerOperation(
  {
    method: 'get',
    operationId: 'listChats',
    path: '/v1/chats',
    tags: ['Chats'],
    summary: 'Your chats that have messages',
    request: { query: z.strictObject(pageFields(cursor)) },
    responses: {
      200: jsonResponse(pageOf(chatSchema).extend({ users: usersField }), 'A page of chats, the newest first'),
    },
  },
  async (c) => {
    const { limit, after } = c.req.valid('query');
    const { db } = c.var.context;
    const chats = await listChats(db, c.var.caller.user, after, limit + 1);
    const page = toPage(
      chats,
      limit,
      (chat) => chat,
      cursor,
      (chat) => [chat.updated, chat.chat],
    );
    const users = await usersOfMessages(
      db,
      page.items.flatMap(({ last }) => last ?? []),
    );
    return c.json({ ...page, users }, 200);
  },
);
