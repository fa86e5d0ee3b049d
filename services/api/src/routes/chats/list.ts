import { z } from '@hono/zod-openapi';
import { callerOperation, jsonResponse } from '../../http/operation.ts';
import { pageCursor, pageFields, toPage } from '../../http/page.ts';
import { chatSchema, pageOf } from '../../http/schemas.ts';
import { listChats } from '../../queries/chats.ts';

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
    responses: { 200: jsonResponse(pageOf(chatSchema), 'A page of chats, the newest first') },
  },
  async (c) => {
    const { limit, after } = c.req.valid('query');
    const before = after;
    const chats = await listChats(c.var.context.db, c.var.caller.user, before, limit + 1);
    return c.json(
      toPage(
        chats,
        limit,
        (chat) => chat,
        cursor,
        (chat) => [chat.updated, chat.chat],
      ),
      200,
    );
  },
);
