import { z } from '@hono/zod-openapi';
import { type Body, bodySchema, type Custom } from '@parley/protocol';
import { hasOldRecorder, MessageRecalled, mutate } from '@parley/redis';
import { audit } from '../../../accounts/audit.ts';
import type { AppContext } from '../../../app-context.ts';
import { awaitChat } from '../../../http/await-history.ts';
import { checkCustom } from '../../../http/check-custom.ts';
import { changes, customField, idField } from '../../../http/fields.ts';
import { jsonBody, jsonResponse, noContent, serverOperation } from '../../../http/operation.ts';
import { Refusal } from '../../../http/refusal.ts';
import { messageSchema } from '../../../http/schemas.ts';
import type { ChatKey } from '../../../queries/chat-key.ts';
import { memberIds } from '../../../queries/group-members.ts';
import { type MessageRow, toMessage } from '../../../queries/message-row.ts';
import { readMessages } from '../../../queries/messages.ts';
import { findUserChat, userChatParams } from './user-chat.ts';

const params = userChatParams.extend({ message: idField });

const path = '/v1/server/users/{user}/chats/{chat}/messages/{message}' as const;

/** Returns a message in the form that a participant of its chat receives. */
export const getUserMessage = serverOperation(
  {
    method: 'get',
    operationId: 'getServerUserMessage',
    path,
    scope: 'moderate',
    tags: ['Server'],
    summary: 'A message of a chat of a user',
    request: { params },
    responses: { 200: jsonResponse(messageSchema, 'The message, without a body if it was recalled') },
    refuses: ['not-found', 'history-disabled'],
  },
  async (c) => {
    const { key, message } = await findUserMessage(c.var.context, c.req.valid('param'));
    audit(c, 'messages.read', { user: key.owner, chat: key.peer, message: message.id });
    return c.json(toMessage(key, message), 200);
  },
);

const schema = changes({
  body: bodySchema.optional(),
  custom: customField.optional(),
});

/** Edits a message for everybody, in the name of its sender. */
export const editMessage = serverOperation(
  {
    method: 'patch',
    operationId: 'editServerMessage',
    path,
    scope: 'moderate',
    tags: ['Server'],
    summary: 'Edit a message for everybody',
    description:
      'As if its sender had edited it: devices of all participants receive the edit, and the message shows it. ' +
      'A field that is not named stays as it was recorded.',
    request: { params, body: jsonBody(schema) },
    responses: { 200: jsonResponse(messageSchema, 'The message as edited') },
    refuses: ['not-found', 'conflict', 'history-disabled'],
  },
  async (c) => {
    const { context } = c.var;
    const given = c.req.valid('json');
    checkCustom(context.config, given.custom);
    if (given.body?.type === 'custom') checkCustom(context.config, given.body.data, 'body.data');
    const { key, message } = await findUserMessage(context, c.req.valid('param'));
    if (message.recalled !== null || message.body === null) throw recalledRefusal();
    if (message.body.type === 'notice') throw noticeRefusal();
    const { body = message.body } = given;
    const custom = (given.custom === undefined ? message.custom : given.custom) ?? undefined;
    if (custom && (await hasOldRecorder(context.redis)))
      throw new Refusal('unavailable', 'The service is being updated. Try again later.', { retryAfter: 5 });
    // Uses a date after the last edit, so that this edit wins even if this clock is behind that of
    // a gateway.
    const date = Math.max(Date.now(), (message.edited ?? 0) + 1);
    const { user, chat } = await writeMutation(context, key, message, date, {
      ...{ kind: 'edit', id: message.id, body },
      ...(custom && { custom }),
    });
    audit(c, 'message.edited', { user, chat, message: message.id });
    return c.json(toMessage(key, { ...message, body, custom: custom ?? null, edited: date }), 200);
  },
);

const removal = z.strictObject({
  for: z.enum(['all', 'user']).default('all').openapi({
    description: '`user`: from the copy of the user in the path, on all their devices. Others keep the message',
  }),
});

/**
 * Recalls a message for everybody, in the name of its sender, or deletes it from one user's copy.
 * The time limit `RECALL_WINDOW` does not apply.
 */
export const removeMessage = serverOperation(
  {
    method: 'delete',
    operationId: 'removeServerMessage',
    path,
    scope: 'moderate',
    tags: ['Server'],
    summary: 'Remove a message for everybody, or for one user',
    description: 'As if its sender had recalled it; with `for=user`, as if the user had deleted it from the own copy.',
    request: { params, query: removal },
    responses: { 204: noContent },
    refuses: ['not-found', 'conflict', 'history-disabled'],
  },
  async (c) => {
    const { context } = c.var;
    const { key, message } = await findUserMessage(context, c.req.valid('param'));
    const { id, recalled } = message;
    if (c.req.valid('query').for === 'user') {
      await hideMessage(context, key, id);
      audit(c, 'message.hidden', { user: key.owner, chat: key.peer, message: id });
      return c.body(null, 204);
    }
    if (message.body?.type === 'notice') throw noticeRefusal();
    if (recalled === null) await writeMutation(context, key, message, Date.now(), { kind: 'recall', id });
    audit(c, 'message.removed', { ...partiesOf(key, message), message: id });
    return c.body(null, 204);
  },
);

function recalledRefusal(): Refusal {
  return new Refusal('conflict', 'The message has been recalled.');
}

function noticeRefusal(): Refusal {
  return new Refusal('conflict', 'A notice of the server can only be removed for one user.');
}

async function findUserMessage(
  context: AppContext,
  { message: id, ...asked }: z.infer<typeof params>,
): Promise<{ key: ChatKey; message: MessageRow }> {
  const { config, db } = context;
  if (config.history === 'relay') throw new Refusal('history-disabled');
  const key = await findUserChat(db, asked);
  await awaitChat(context, key);
  const [message] = await readMessages(db, key, { below: id + 1, limit: 1 });
  if (message?.id !== id) throw new Refusal('not-found', 'The chat has no message with this id.');
  return { key, message };
}

/** Deletes a message from one user's copy of a chat, and notifies that user's devices. */
async function hideMessage({ redis }: AppContext, { owner, peer, group }: ChatKey, id: number): Promise<void> {
  await mutate(redis, {
    record: { kind: 'hide', user: owner, chat: peer, ...(group && { group }), ids: [id] },
    recorded: true,
    entries: [{ user: owner, event: JSON.stringify({ kind: 'hide', chat: peer, ids: [id] }) }],
  });
}

/** Returns the sender of a message, and the id by which the sender knows the chat. */
function partiesOf({ owner, peer, group }: ChatKey, { sender }: MessageRow): { user: number; chat: number } {
  return { user: sender, chat: group || sender === owner ? peer : owner };
}

/**
 * Writes a change of the message (an edit or a recall) to the record stream, in the name of the
 * sender, and delivers the event to all participants.
 */
async function writeMutation(
  { db, redis }: AppContext,
  key: ChatKey,
  message: MessageRow,
  date: number,
  mutation: Mutation,
): Promise<{ user: number; chat: number }> {
  const { peer, group } = key;
  const { user, chat } = partiesOf(key, message);
  const users = group ? await memberIds(db, peer) : [...new Set([user, chat])];
  await mutate(redis, {
    record: { user, chat, ...(group && { group }), date, ...mutation },
    recorded: true,
    recall: mutation.kind === 'recall' ? mutation.id : undefined,
    entries: users.map((each) => {
      const named = group || each === user ? chat : user;
      return { user: each, event: JSON.stringify({ ...mutation, chat: named, user }) };
    }),
  }).catch((error) => {
    throw error instanceof MessageRecalled ? recalledRefusal() : error;
  });
  return { user, chat };
}

type Mutation = { kind: 'recall'; id: number } | { kind: 'edit'; id: number; body: Body; custom?: Custom };
