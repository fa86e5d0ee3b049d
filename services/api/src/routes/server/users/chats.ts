import { z } from '@hono/zod-openapi';
import { jsonResponse, serverOperation } from '../../../http/operation.ts';
import { pageCursor, pageFields, toPage } from '../../../http/page.ts';
import { chatSchema, pageOf, usersField } from '../../../http/schemas.ts';
import { listChats } from '../../../queries/chats.ts';
import { usersOfMessages } from '../../../queries/users-of-messages.ts';
import { refParam, requireUser } from '../refs.ts';

const cursor = pageCursor('number', 'number');

/** Lists the chats of a user that have messages, as the user sees them. */
export const listUserChats = serverOperation(
  {
    method: 'get',
    operationId: 'listServerUserChats',
    path: '/v1/server/users/{user}/chats',
    scope: 'moderate',
    tags: ['Server'],
    summary: 'The chats of a user',
    request: { params: z.object({ user: refParam }), query: z.strictObject(pageFields(cursor)) },
    responses: { 200: jsonResponse(pageOf(chatSchema).extend({ users: usersField }), 'A page of chats, newest first') },
    refuses: ['not-found'],
  },
  async (c) => {
    const { db } = c.var.context;
    const user = await requireUser(db, c.req.valid('param').user);
    const { limit, after } = c.req.valid('query');
    const chats = await listChats(db, user, after, limit + 1);
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
