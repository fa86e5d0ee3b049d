import { z } from '@hono/zod-openapi';
import { idParams } from '../../http/fields.ts';
import { operation } from '../../http/operation.ts';
import { serveBytes } from '../../media/serve-bytes.ts';
import { inlineTypes } from '../../media/sniff.ts';
import { askerOf, requireMedia } from './require-media.ts';
import { signatureQuery } from './schemas.ts';

const bytes = z.any().openapi({ type: 'string', format: 'binary' });

/** Serves the bytes of a media file, or a range of them. */
export const content = operation(
  {
    method: 'get',
    operationId: 'getMedia',
    path: '/v1/media/{id}',
    tags: ['Media'],
    summary: 'The bytes of a media that you sent or received',
    description:
      'With Range, If-Range, If-None-Match and HEAD. Pictures, sound and film are shown in place; whatever else is for saving only.',
    // The request needs no token if its query contains a signature.
    security: [{ accessToken: [] }, {}],
    request: { params: idParams, query: signatureQuery },
    responses: {
      200: { description: 'All bytes', content: { '*/*': { schema: bytes } } },
      206: { description: 'The requested range of bytes', content: { '*/*': { schema: bytes } } },
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
    const { name, size, storage_key: key } = row;
    const inline = inlineTypes.has(row.mime);
    // Uses a generic type for downloads, so that a browser does not run the content as another
    // type.
    const type = inline ? row.mime : 'application/octet-stream';
    const thing = { key, size, type, name, inline, tag: String(id) };
    return serveBytes(c.req.raw, storage, thing, stopped);
  },
);
