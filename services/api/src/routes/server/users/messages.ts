import { z } from '@hono/zod-openapi';
import type { Database } from '@parley/database';
import { mutate, readMembers } from '@parley/redis';
import { audit } from '../../../accounts/audit.ts';
import { idField } from '../../../http/fields.ts';
import { jsonResponse, noContent, serverOperation } from '../../../http/operation.ts';
import { Refusal } from '../../../http/refusal.ts';
import type { ChatKey } from '../../../queries/chat-key.ts';
import type { MessageRow } from '../../../queries/message-row.ts';
import { readMessages } from '../../../queries/messages.ts';
import { findChat } from '../../chats/find-chat.ts';
import { listMessages, messagesPage, messagesQuery } from '../../messages/list.ts';
import { refParam, requireUser } from '../refs.ts';

const params = z.object({
  user: refParam,
  chat: idField.openapi({ description: 'Id of the other user or of a group of the user' }),
});

/** Returns a page of a chat as one of its participants sees it. */
export const listUserMessages = serverOperation(
  {
    method: 'get',
    operationId: 'listServerUserMessages',
    path: '/v1/server/users/{user}/chats/{chat}/messages',
    scope: 'moderate',
    tags: ['Server'],
    summary: 'Messages of a chat of a user',
    request: { params, query: messagesQuery },
    responses: { 200: jsonResponse(messagesPage, 'The requested page. Default: the newest') },
    refuses: ['not-found', 'history-disabled'],
  },
  async (c) => {
    const { config, db } = c.var.context;
    if (config.history === 'relay') throw new Refusal('history-disabled');
    const key = await keyOf(db, c.req.valid('param'));
    audit(c, 'messages.read', { user: key.owner, chat: key.peer });
    return c.json(await listMessages(db, key, c.req.valid('query')), 200);
  },
);

/** Recalls a message for everybody, at any time, in the name of its sender. */
export const removeMessage = serverOperation(
  {
    method: 'delete',
    operationId: 'removeServerMessage',
    path: '/v1/server/users/{user}/chats/{chat}/messages/{message}',
    scope: 'moderate',
    tags: ['Server'],
    summary: 'Remove a message for everybody',
    description: 'As if its sender had recalled it. A message of the last seconds may not be found yet.',
    request: { params: params.extend({ message: idField }) },
    responses: { 204: noContent },
    refuses: ['not-found', 'history-disabled'],
  },
  async (c) => {
    const { config, db, redis } = c.var.context;
    if (config.history === 'relay') throw new Refusal('history-disabled');
    const { message: id, ...asked } = c.req.valid('param');
    const key = await keyOf(db, asked);
    const message = await findMessage(db, key, id);
    const { owner, peer, group } = key;
    const from = message.sender;
    const to = group || from === owner ? peer : owner;
    const users = group ? await readMembers(redis, peer) : [...new Set([from, to])];
    if (message.recalled === null)
      await mutate(redis, {
        record: { kind: 'recall', user: from, chat: to, ...(group && { group }), id, date: Date.now() },
        recorded: true,
        recall: id,
        entries: users.map((user) => {
          const chat = group || user === from ? to : from;
          return { user, event: JSON.stringify({ kind: 'recall', id, chat, user: from }) };
        }),
      });
    audit(c, 'message.removed', { user: from, chat: to, message: id });
    return c.body(null, 204);
  },
);

async function keyOf(db: Database, { user, chat }: z.infer<typeof params>): Promise<ChatKey> {
  return await findChat(db, await requireUser(db, user), chat);
}

async function findMessage(db: Database, key: ChatKey, id: number): Promise<MessageRow> {
  const [row] = await readMessages(db, key, { below: id + 1, limit: 1 });
  if (row?.id !== id) throw new Refusal('not-found', 'The chat has no such message.');
  return row;
}
