import { z } from '@hono/zod-openapi';
import { audit } from '../../../accounts/audit.ts';
import { jsonResponse, serverOperation } from '../../../http/operation.ts';
import { chatsPage, chatsQuery, readChatsPage } from '../../chats/list.ts';
import { refParam, requireUser } from '../refs.ts';

/**
 * Lists those chats of a user that have messages, in the form that the user receives, but without
 * drafts.
 */
export const listUserChats = serverOperation(
  {
    method: 'get',
    operationId: 'listServerUserChats',
    path: '/v1/server/users/{user}/chats',
    scope: 'moderate',
    tags: ['Server'],
    summary: 'The chats of a user',
    request: { params: z.object({ user: refParam }), query: chatsQuery },
    responses: { 200: jsonResponse(chatsPage, 'A page of chats, the newest first') },
    refuses: ['not-found'],
  },
  async (c) => {
    const { context } = c.var;
    const user = await requireUser(context.db, c.req.valid('param').user);
    audit(c, 'chats.read', { user });
    const { items, ...page } = await readChatsPage(context, user, c.req.valid('query'));
    // Omits drafts, because they are private until they are sent.
    return c.json({ ...page, items: items.map(({ draft: _, ...chat }) => chat) }, 200);
  },
);
