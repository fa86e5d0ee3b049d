import { z } from '@hono/zod-openapi';
import { type Chat, id, limits, text } from '@parley/protocol';
import type { AppContext } from '../../app-context.ts';
import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { idParams } from '../../http/fields.ts';
import { limitRate } from '../../http/limit-rate.ts';
import { callerOperation, jsonBody, jsonResponse, noContent } from '../../http/operation.ts';
import { chatSchema } from '../../http/schemas.ts';
import { getChat, upsertChat } from '../../queries/chats.ts';
import { deleteDraft, writeDraft } from '../../queries/drafts.ts';
import { findChat } from './find-chat.ts';

const schema = z.strictObject({
  text: text(limits.text, 0).openapi({ description: 'The unsent text. Empty and without `replyTo`: no draft' }),
  replyTo: id.optional().openapi({ description: 'Id of the message that it replies to' }),
  mentions: z.array(id).max(limits.mentions).optional().openapi({ description: 'Ids of the users it mentions' }),
});

/**
 * Replaces the draft of the caller's chat, on all of the caller's devices. The last writer wins.
 */
export const putDraft = callerOperation(
  {
    method: 'put',
    operationId: 'writeDraft',
    path: '/v1/chats/{id}/draft',
    tags: ['Chats'],
    summary: 'Store the unsent text of a chat for your other devices',
    request: { params: idParams, body: jsonBody(schema) },
    responses: { 200: jsonResponse(chatSchema, 'The chat, with its `draft` unless it is empty') },
    refuses: ['not-found', 'too-many'],
  },
  async (c) => {
    const given = c.req.valid('json');
    const empty = given.text === '' && given.replyTo === undefined;
    const chat = await changeDraft(c.var.context, c.var.caller.user, c.req.valid('param').id, empty ? null : given);
    return c.json(chat, 200);
  },
);

/** Deletes the draft of the caller's chat, on all of the caller's devices. */
export const removeDraft = callerOperation(
  {
    method: 'delete',
    operationId: 'removeDraft',
    path: '/v1/chats/{id}/draft',
    tags: ['Chats'],
    summary: 'Remove the unsent text of a chat',
    request: { params: idParams },
    responses: { 204: noContent },
    refuses: ['not-found', 'too-many'],
  },
  async (c) => {
    await changeDraft(c.var.context, c.var.caller.user, c.req.valid('param').id, null);
    return c.body(null, 204);
  },
);

/** Replaces the draft of a chat, or deletes it if `draft` is null. Returns the chat. */
async function changeDraft(
  context: AppContext,
  me: number,
  peer: number,
  draft: z.infer<typeof schema> | null,
): Promise<Chat> {
  await limitRate(context, 'draft', me, context.config.perMinute.drafts);
  return await commitAndNotify(context, async (tx, notify) => {
    const key = await findChat(tx, me, peer);
    // Creates a row only for a chat with a user, because the chat of a group exists as long as the
    // user is a member.
    if (!key.group) await upsertChat(tx, key, {});
    const changed = draft ? true : await deleteDraft(tx, key);
    if (draft) await writeDraft(tx, key, draft, context.config.limits.drafts);
    const now = (await getChat(tx, me, peer)) as Chat;
    const updated = now.draft?.updated;
    const event = { kind: 'chat' as const, chat: peer, change: 'draft' as const, ...(updated && { updated }) };
    if (changed) notify({ events: [{ users: [me], event }] });
    return now;
  });
}
