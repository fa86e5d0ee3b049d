import { z } from '@hono/zod-openapi';
import { awaitChat } from '../../http/await-history.ts';
import { idParams } from '../../http/fields.ts';
import { callerOperation, jsonResponse } from '../../http/operation.ts';
import { pageCursor, pageFields, toPage } from '../../http/page.ts';
import { Refusal } from '../../http/refusal.ts';
import { messageSchema, pageOf, usersField } from '../../http/schemas.ts';
import { toMessage } from '../../queries/message-row.ts';
import { readPins } from '../../queries/pins.ts';
import { usersOfMessages } from '../../queries/users-of-messages.ts';
import { findChat } from './find-chat.ts';

const cursor = pageCursor('number', 'number');

const page = pageOf(messageSchema).extend({ users: usersField });

/** Lists the pinned messages in the caller's copy of a chat. Omits recalled messages. */
export const listPins = callerOperation(
  {
    method: 'get',
    operationId: 'listPins',
    path: '/v1/chats/{id}/pins',
    tags: ['Chats'],
    summary: 'Pinned messages of a chat',
    request: { params: idParams, query: z.strictObject(pageFields(cursor)) },
    responses: { 200: jsonResponse(page, 'A page of pinned messages, the newest pin first') },
    refuses: ['not-found', 'history-disabled'],
  },
  async (c) => {
    const { context } = c.var;
    if (context.config.history === 'relay') throw new Refusal('history-disabled');
    const key = await findChat(context.db, c.var.caller.user, c.req.valid('param').id);
    const { limit, after } = c.req.valid('query');
    await awaitChat(context, key);
    const rows = await readPins(context.db, key, after, limit + 1);
    const pins = toPage(
      rows,
      limit,
      (row) => toMessage(key, row),
      cursor,
      ({ id, pinned }) => [pinned.date, id],
    );
    return c.json({ ...pins, users: await usersOfMessages(context.db, pins.items) }, 200);
  },
);
