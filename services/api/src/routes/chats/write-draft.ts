import { z } from '@hono/zod-openapi';
import { type Chat, id, limits, text } from '@parley/protocol';
import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { idParams } from '../../http/fields.ts';
import { callerOperation, jsonBody, jsonResponse } from '../../http/operation.ts';
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
 * Replaces the draft of the caller's chat. The last writer wins; the caller's other devices learn
 * of it.
 */
export const draft = callerOperation(
  {
    method: 'put',
    operationId: 'writeDraft',
    path: '/v1/chats/{id}/draft',
    tags: ['Chats'],
    summary: 'Store the unsent text of a chat for your other devices',
    request: { params: idParams, body: jsonBody(schema) },
    responses: { 200: jsonResponse(chatSchema, 'The chat, with its `draft` unless it is empty') },
    refuses: ['not-found'],
  },
  async (c) => {
    const { context } = c.var;
    const { user: me } = c.var.caller;
    const { id: peer } = c.req.valid('param');
    const given = c.req.valid('json');
    const empty = given.text === '' && given.replyTo === undefined;
    const chat = await commitAndNotify(context, async (tx, notify) => {
      const key = await findChat(tx, me, peer);
      // The chat of a group exists as long as the user is a member.
      if (!key.group) await upsertChat(tx, key, {});
      const changed = empty ? await deleteDraft(tx, key) : true;
      if (!empty) await writeDraft(tx, key, given, context.config.limits.drafts);
      const now = (await getChat(tx, me, peer)) as Chat;
      const updated = now.draft?.updated;
      const event = { kind: 'chat' as const, chat: peer, change: 'draft' as const, ...(updated && { updated }) };
      if (changed) notify({ events: [{ users: [me], event }] });
      return now;
    });
    return c.json(chat, 200);
  },
);
