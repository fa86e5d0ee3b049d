import { z } from '@hono/zod-openapi';
import type { Database } from '@parley/database';
import { audit } from '../../../accounts/audit.ts';
import { jsonBody, jsonResponse, serverOperation } from '../../../http/operation.ts';
import { Refusal } from '../../../http/refusal.ts';
import type { ChatKey } from '../../../queries/chat-key.ts';
import { readChatRetention, writeChatRetention } from '../../../retention/retention-queries.ts';
import { findUserChat, userChatParams } from './user-chat.ts';

const schema = z.strictObject({
  retention: z.int().nonnegative().max(36_500).nullable().openapi({
    description: 'Days after which messages are removed. 0: never. Null: as set for the installation',
  }),
});

/** Returns the retention period of a chat between two users. */
export const getChatRetention = serverOperation(
  {
    method: 'get',
    operationId: 'getServerChatRetention',
    path: '/v1/server/users/{user}/chats/{chat}/retention',
    scope: 'moderate',
    tags: ['Server'],
    summary: 'The retention period of a chat between two users',
    request: { params: userChatParams },
    responses: { 200: jsonResponse(schema, 'The period. It holds for both copies of the chat') },
    refuses: ['not-found', 'conflict'],
  },
  async (c) => {
    const { db } = c.var.context;
    const { owner, peer } = await requireTwo(db, c.req.valid('param'));
    return c.json({ retention: await readChatRetention(db, owner, peer) }, 200);
  },
);

/** Sets the retention period of a chat between two users. */
export const putChatRetention = serverOperation(
  {
    method: 'put',
    operationId: 'putServerChatRetention',
    path: '/v1/server/users/{user}/chats/{chat}/retention',
    scope: 'moderate',
    tags: ['Server'],
    summary: 'Set the retention period of a chat between two users',
    description: 'It holds for both copies of the chat. `retention` of a group sets the period of a group.',
    request: { params: userChatParams, body: jsonBody(schema) },
    responses: { 200: jsonResponse(schema, 'The period') },
    refuses: ['not-found', 'conflict'],
  },
  async (c) => {
    const { db } = c.var.context;
    const { owner, peer } = await requireTwo(db, c.req.valid('param'));
    const { retention } = c.req.valid('json');
    await writeChatRetention(db, owner, peer, retention);
    audit(c, 'retention.changed', { user: owner, chat: peer, days: retention });
    return c.json({ retention }, 200);
  },
);

async function requireTwo(db: Database, params: z.infer<typeof userChatParams>): Promise<ChatKey> {
  const key = await findUserChat(db, params);
  if (key.group || key.owner === key.peer)
    throw new Refusal('conflict', 'Only a chat between two users has a period. Set `retention` of the group instead.');
  return key;
}
