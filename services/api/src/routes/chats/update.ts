import { z } from '@hono/zod-openapi';
import type { Chat } from '@parley/protocol';
import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { checkCustom } from '../../http/check-custom.ts';
import { changes, customField, idParams } from '../../http/fields.ts';
import { callerOperation, jsonBody, jsonResponse } from '../../http/operation.ts';
import { chatSchema } from '../../http/schemas.ts';
import { getChat, upsertChat } from '../../queries/chats.ts';
import { findChat } from './find-chat.ts';

const schema = changes({
  pinned: z.boolean().optional(),
  muted: z.boolean().optional(),
  custom: customField.optional(),
});

/** Changes the caller's own settings of a chat on all of their devices. */
export const update = callerOperation(
  {
    method: 'patch',
    operationId: 'updateChat',
    path: '/v1/chats/{id}',
    tags: ['Chats'],
    summary: 'Pin or mute a chat, or set its custom data',
    request: { params: idParams, body: jsonBody(schema) },
    responses: { 200: jsonResponse(chatSchema, 'The changed chat') },
    refuses: ['not-found'],
  },
  async (c) => {
    const { user: me } = c.var.caller;
    const { id: peer } = c.req.valid('param');
    checkCustom(c.var.context.config, c.req.valid('json').custom);
    const chat = await commitAndNotify(c.var.context, async (tx, notify) => {
      await upsertChat(tx, await findChat(tx, me, peer), c.req.valid('json'));
      notify({ events: [{ users: [me], event: { kind: 'chat', chat: peer, change: 'updated' } }] });
      return (await getChat(tx, me, peer)) as Chat;
    });
    return c.json(chat, 200);
  },
);
