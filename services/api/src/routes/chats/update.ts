import { z } from '@hono/zod-openapi';
import { type Chat, groupConversation, userConversation } from '@parley/protocol';
import { messageIdNow } from '@parley/redis';
import type { AppContext } from '../../app-context.ts';
import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { checkCustom } from '../../http/check-custom.ts';
import { changes, customField, idParams } from '../../http/fields.ts';
import { callerOperation, jsonBody, jsonResponse } from '../../http/operation.ts';
import { fieldRefusal } from '../../http/refusal.ts';
import { chatSchema } from '../../http/schemas.ts';
import { getChat, upsertChat } from '../../queries/chats.ts';
import { findChat } from './find-chat.ts';

const schema = changes({
  pinned: z.boolean().optional(),
  muted: z.boolean().optional(),
  mentionsOnly: z.boolean().optional().openapi({ description: 'For a group: push only messages that mention you' }),
  archived: z.boolean().optional().openapi({ description: 'A new message ends it, unless the chat is muted' }),
  custom: customField.optional(),
});

/**
 * Changes the caller's own settings of a chat. The change applies to all of the caller's devices.
 */
export const update = callerOperation(
  {
    method: 'patch',
    operationId: 'updateChat',
    path: '/v1/chats/{id}',
    tags: ['Chats'],
    summary: 'Pin, mute or archive a chat, or set what it pushes and its custom data',
    request: { params: idParams, body: jsonBody(schema) },
    responses: { 200: jsonResponse(chatSchema, 'The changed chat') },
    refuses: ['not-found'],
  },
  async (c) => {
    const { user: me } = c.var.caller;
    const { id: peer } = c.req.valid('param');
    checkCustom(c.var.context.config, c.req.valid('json').custom);
    const { context } = c.var;
    const { mentionsOnly, ...given } = c.req.valid('json');
    const upTo = await newestId(context, me, peer, given);
    const chat = await commitAndNotify(context, async (tx, notify) => {
      const key = await findChat(tx, me, peer);
      // If the mute changes, stores the current archive state. The mute decides when a new message
      // ends the archive, but a change of the mute must not archive or unarchive the chat.
      const archived =
        given.archived ?? (given.muted === undefined ? undefined : (await getChat(tx, me, peer))?.archived);
      const archive = archived === undefined ? {} : { archived, archived_id: upTo };
      if (mentionsOnly !== undefined && !key.group)
        throw fieldRefusal('bad-request', 'mentionsOnly', 'Only the chat of a group has this setting.');
      const mentions = mentionsOnly === undefined ? {} : { mentions_only: mentionsOnly };
      await upsertChat(tx, key, { ...given, ...archive, ...mentions });
      notify({ events: [{ users: [me], event: { kind: 'chat', chat: peer, change: 'updated' } }] });
      return (await getChat(tx, me, peer)) as Chat;
    });
    return c.json(chat, 200);
  },
);

/** Returns the greatest message id of a chat if the change affects the archive, otherwise 0. */
async function newestId(
  { db, redis }: AppContext,
  me: number,
  peer: number,
  { muted, archived }: Pick<z.infer<typeof schema>, 'muted' | 'archived'>,
): Promise<number> {
  if (muted === undefined && !archived) return 0;
  const { group } = await findChat(db, me, peer);
  return await messageIdNow(redis, group ? groupConversation(peer) : userConversation(me, peer));
}
