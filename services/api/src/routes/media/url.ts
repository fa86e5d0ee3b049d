import { z } from '@hono/zod-openapi';
import { idParams } from '../../http/fields.ts';
import { callerOperation, jsonResponse } from '../../http/operation.ts';
import { signMedia } from '../../media/media-url.ts';
import { requireMedia } from './require-media.ts';

const schema = z.object({
  url: z.string().openapi({ description: 'From the root of the api' }),
  thumbnail: z.string().optional().openapi({ description: 'Of a picture: the address of a smaller one' }),
  expires: z.int().openapi({ description: 'When the URLs expire, in ms since 1970' }),
});

/**
 * Returns signed URLs of a media file and its thumbnail for `<img>` and `<video>`, which cannot
 * send a token.
 */
export const url = callerOperation(
  {
    method: 'get',
    operationId: 'getMediaUrl',
    path: '/v1/media/{id}/url',
    tags: ['Media'],
    summary: 'Signed URLs of a media, which work for a short time without an access token',
    description:
      'The URLs have the rights of the caller: they stop working if the caller can no longer see the media. Keep them as secret as a token.',
    request: { params: idParams },
    responses: { 200: jsonResponse(schema, 'The addresses') },
    refuses: ['not-found'],
  },
  async (c) => {
    const { context, caller } = c.var;
    const { config } = context;
    const { id, thumbnail } = await requireMedia(context, caller.user, c.req.valid('param').id);
    const { query, expires } = signMedia(config.tokens.secret, id, caller.user, Date.now(), config.media.urlTtl);
    const path = `/v1/media/${id}`;
    return c.json(
      { url: `${path}?${query}`, ...(thumbnail ? { thumbnail: `${path}/thumbnail?${query}` } : {}), expires },
      200,
    );
  },
);
