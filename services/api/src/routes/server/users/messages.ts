import { audit } from '../../../accounts/audit.ts';
import { jsonResponse, serverOperation } from '../../../http/operation.ts';
import { Refusal } from '../../../http/refusal.ts';
import { listMessages, messagesPage, messagesQuery } from '../../messages/list.ts';
import { findUserChat, userChatParams } from './user-chat.ts';

/** Returns a page of a chat's messages in the form that one of the participants receives. */
export const listUserMessages = serverOperation(
  {
    method: 'get',
    operationId: 'listServerUserMessages',
    path: '/v1/server/users/{user}/chats/{chat}/messages',
    scope: 'moderate',
    tags: ['Server'],
    summary: 'Messages of a chat of a user',
    request: { params: userChatParams, query: messagesQuery },
    responses: { 200: jsonResponse(messagesPage, 'The requested page. Default: the newest') },
    refuses: ['not-found', 'history-disabled'],
  },
  async (c) => {
    const { context } = c.var;
    if (context.config.history === 'relay') throw new Refusal('history-disabled');
    const key = await findUserChat(context.db, c.req.valid('param'));
    audit(c, 'messages.read', { user: key.owner, chat: key.peer });
    return c.json(await listMessages(context, key, c.req.valid('query')), 200);
  },
);
