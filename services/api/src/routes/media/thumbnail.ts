import { z } from '@hono/zod-openapi';
import { idParams } from '../../http/fields.ts';
import { operation } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';
import { thumbnailType } from '../../media/picture-reader.ts';
import { thumbnailKey } from '../../media/remove-bytes.ts';
import { serveBytes } from '../../media/serve-bytes.ts';
import { askerOf, requireMedia } from './require-media.ts';
import { signatureQuery } from './schemas.ts';

/** Returns the thumbnail of a picture. */
export const thumbnail = operation(
  {
    method: 'get',
    operationId: 'getThumbnail',
    path: '/v1/media/{id}/thumbnail',
    tags: ['Media'],
    summary: 'The thumbnail of a picture, at most 320 pixels a side',
    // The request needs no token if its query contains a signature.
    security: [{ accessToken: [] }, {}],
    request: { params: idParams, query: signatureQuery },
    responses: {
      200: {
        description: 'The picture',
        content: { [thumbnailType]: { schema: z.any().openapi({ type: 'string', format: 'binary' }) } },
      },
      206: { description: 'Some of it' },
      304: { description: 'You have it already' },
      416: { description: 'There are not that many bytes' },
    },
    refuses: ['unauthenticated', 'not-found'],
  },
  async (c) => {
    const { context } = c.var;
    const { storage, stopped } = context.media;
    const { id } = c.req.valid('param');
    const row = await requireMedia(context, await askerOf(c, id, c.req.valid('query')), id);
    const key = thumbnailKey(row.storage_key);
    const size = row.thumbnail ? await storage.size(key) : undefined;
    if (!size) throw new Refusal('not-found', 'This media has no thumbnail.');
    const thing = { key, size, type: thumbnailType, name: 'thumbnail.webp', inline: true, tag: `${id}-thumbnail` };
    return serveBytes(c.req.raw, storage, thing, stopped);
  },
);
