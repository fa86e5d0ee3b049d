import { z } from '@hono/zod-openapi';
import { addressOf } from '../../http/limit-rate.ts';
import { operation } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';
import { thumbnailType } from '../../media/picture-reader.ts';
import { thumbnailKey } from '../../media/remove-bytes.ts';
import { serveBytes } from '../../media/serve-bytes.ts';
import { getMedia, isGroupPicture } from '../../queries/media.ts';
import { codeParams, requireInvitation } from './require-invitation.ts';

/** Serves the avatar of the group to which an invitation leads. Requires no session. */
export const avatar = operation(
  {
    method: 'get',
    operationId: 'getInvitationAvatar',
    path: '/v1/invites/{code}/avatar',
    tags: ['Groups'],
    summary: 'The picture of the group that a link leads to',
    description: 'Needs no access token. Wrong codes count by address.',
    request: { params: codeParams },
    responses: {
      200: {
        description: 'The picture',
        content: { [thumbnailType]: { schema: z.any().openapi({ type: 'string', format: 'binary' }) } },
      },
      206: { description: 'Some of it' },
      304: { description: 'You have it already' },
      416: { description: 'There are not that many bytes' },
    },
    refuses: ['not-found', 'too-many'],
  },
  async (c) => {
    const { context } = c.var;
    const { avatar, group } = await requireInvitation(context, c.req.valid('param').code, [addressOf(c)]);
    const id = Number(/^\/v1\/media\/(\d+)$/.exec(avatar ?? '')?.[1] ?? 0);
    const media = id > 0 && (await isGroupPicture(context.db, group, id)) ? await getMedia(context.db, id) : undefined;
    const { storage, stopped } = context.media;
    const key = media && thumbnailKey(media.storage_key);
    const size = key && media.thumbnail ? await storage.size(key) : undefined;
    if (!key || !size) throw new Refusal('not-found', 'The group has no picture.');
    const thing = { key, size, type: thumbnailType, name: 'avatar.webp', inline: true, tag: `${id}-thumbnail` };
    return serveBytes(c.req.raw, storage, thing, stopped);
  },
);
