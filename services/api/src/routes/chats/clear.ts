import { clearChat } from '@parley/database';
import { groupConversation, userConversation } from '@parley/protocol';
import { messageIdNow } from '@parley/redis';
import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { idParams } from '../../http/fields.ts';
import { callerOperation, noContent } from '../../http/operation.ts';
import { deleteDraft } from '../../queries/drafts.ts';
import { findChat } from './find-chat.ts';

/**
 * Deletes the caller's copy of a chat. Other users keep their copies, and other members keep the
 * messages of a group. All messages that were sent until now are cleared, even if PostgreSQL does
 * not have them yet. The next message restores the chat. The rows are deleted in the background.
 */
export const clear = callerOperation(
  {
    method: 'delete',
    operationId: 'clearChat',
    path: '/v1/chats/{id}',
    tags: ['Chats'],
    summary: 'Delete your own copy of a chat',
    request: { params: idParams },
    responses: { 204: noContent },
    refuses: ['not-found'],
  },
  async (c) => {
    const { context } = c.var;
    const { user: me } = c.var.caller;
    const { id: peer } = c.req.valid('param');
    const { group } = await findChat(context.db, me, peer);
    const conversation = group ? groupConversation(peer) : userConversation(me, peer);
    const upTo = await messageIdNow(context.redis, conversation);
    await commitAndNotify(context, async (tx, notify) => {
      await clearChat(tx, me, peer, upTo);
      await deleteDraft(tx, { owner: me, peer, group });
      notify({ events: [{ users: [me], event: { kind: 'chat', chat: peer, change: 'deleted', upTo } }] });
      if (!group) notify({ purge: { owner: me, peer, upTo } });
    });
    return c.body(null, 204);
  },
);
