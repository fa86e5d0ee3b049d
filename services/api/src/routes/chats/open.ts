import type { Chat } from '@parley/protocol';
import { awaitChat } from '../../http/await-history.ts';
import { idParams } from '../../http/fields.ts';
import { callerOperation, jsonResponse } from '../../http/operation.ts';
import { chatSchema } from '../../http/schemas.ts';
import { getChat, upsertChat } from '../../queries/chats.ts';
import { findChat } from './find-chat.ts';

/**
 * Finds or creates the caller's chat with a user. For a group, no row is needed, because the chat
 * exists while the user is a member.
 */
export const open = callerOperation(
  {
    method: 'put',
    operationId: 'openChat',
    path: '/v1/chats/{id}',
    tags: ['Chats'],
    summary: 'Open your chat with a user or group',
    request: { params: idParams },
    responses: { 200: jsonResponse(chatSchema, 'The chat') },
    refuses: ['not-found'],
  },
  async (c) => {
    const { context } = c.var;
    const { db } = context;
    const { user: me } = c.var.caller;
    const { id: peer } = c.req.valid('param');
    const key = await findChat(db, me, peer);
    if (!key.group) await upsertChat(db, key, {});
    await awaitChat(context, key);
    return c.json((await getChat(db, me, peer)) as Chat, 200);
  },
);
