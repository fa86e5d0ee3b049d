import { z } from '@hono/zod-openapi';
import { firstLink, linkTarget } from '@parley/protocol/links';
import { awaitChat } from '../../http/await-history.ts';
import { idField, idParams } from '../../http/fields.ts';
import { limitRate } from '../../http/limit-rate.ts';
import { callerOperation, jsonResponse } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';
import { linkPreviewSchema } from '../../http/schemas.ts';
import { readMessages } from '../../queries/messages.ts';
import { getPrivacy } from '../../queries/privacy.ts';
import { findChat } from '../chats/find-chat.ts';

const schema = z.object({
  preview: z.union([linkPreviewSchema, z.null()]).openapi({ description: 'Null if there is none' }),
});

/** Returns a preview of the web page to which a message's first link leads. */
export const getLinkPreview = callerOperation(
  {
    method: 'get',
    operationId: 'getLinkPreview',
    path: '/v1/chats/{id}/messages/{message}/link-preview',
    tags: ['Chats'],
    summary: 'A preview of the first link of a text message',
    description:
      'The server fetches the page and caches the result for all readers. There is no preview if `LINK_PREVIEWS` is off, ' +
      'if the sender has turned previews off, if the text has no link, or if the page cannot be fetched.',
    request: { params: idParams.extend({ message: idField }) },
    responses: { 200: jsonResponse(schema, 'The preview') },
    refuses: ['not-found', 'history-disabled'],
  },
  async (c) => {
    const { context, caller } = c.var;
    const { config, db, linkPreviews } = context;
    if (config.history === 'relay') throw new Refusal('history-disabled');
    const { id, message } = c.req.valid('param');
    const key = await findChat(db, caller.user, id);
    await awaitChat(context, key);
    const [row] = await readMessages(db, key, { below: message + 1, limit: 1 });
    if (row?.id !== message) throw new Refusal('not-found', 'No message of this chat has this id.');
    const link = config.linkPreviews.enabled && row.body?.type === 'text' ? firstLink(row.body.text) : undefined;
    if (link === undefined || !(await getPrivacy(db, row.sender)).linkPreviews) return c.json({ preview: null }, 200);
    const url = linkTarget(link);
    const charge = () => limitRate(context, 'link-preview', caller.user, config.linkPreviews.perMinute);
    const page = await linkPreviews.find(url, caller.user, charge);
    return c.json({ preview: page && { url, ...page } }, 200);
  },
);
