import { type OpenAPIHono, z } from '@hono/zod-openapi';
import { readLayimKey } from '@parley/redis';
import { readLayimSeal } from '@parley/service';
import type { CallerEnv } from '../../app-context.ts';
import { idField } from '../../http/fields.ts';
import { limitRequests } from '../../http/limit-rate.ts';
import { Refusal } from '../../http/refusal.ts';
import { serveBytes } from '../../media/serve-bytes.ts';
import { inlineTypes } from '../../media/sniff.ts';
import { findActive } from '../../queries/server-users.ts';
import { requireMedia } from '../media/require-media.ts';
import { layimErrorSchema } from './schemas.ts';

const bytes = z.any().openapi({ type: 'string', format: 'binary' });

/**
 * Serves a media file at the signed URL that a LayIM page received. Requires no token: until the
 * URL expires, it grants the access of the user in its signature.
 */
export function addMedia(router: OpenAPIHono<CallerEnv>): void {
  router.openapi(
    {
      method: 'get',
      operationId: 'layimMedia',
      path: '/media/{id}/{seal}',
      tags: ['LayIM'],
      summary: 'A file that you sent or received in a LayIM page',
      security: [],
      request: { params: z.object({ id: idField, seal: z.string() }) },
      responses: {
        200: {
          description: 'All bytes, or an error',
          content: { '*/*': { schema: bytes }, 'application/json': { schema: layimErrorSchema } },
        },
        206: { description: 'The requested range of bytes', content: { '*/*': { schema: bytes } } },
        304: { description: 'You have it already' },
        416: { description: 'There are not that many bytes' },
      },
    },
    async (c) => {
      const { context } = c.var;
      const { id, seal } = c.req.valid('param');
      const { user, made } = readLayimSeal(await readLayimKey(context.redis), id, seal) ?? { user: 0, made: 0 };
      const valid = made + context.config.media.layimTtl > Date.now();
      if (!valid || (await findActive(context.db, user)) === undefined)
        throw new Refusal('not-found', 'This file does not exist, or its address has expired.');
      await limitRequests(c, 'user', user);
      const { name, size, mime, storage_key: key } = await requireMedia(context, user, id);
      const inline = inlineTypes.has(mime);
      const type = inline ? mime : 'application/octet-stream';
      const { storage, stopped } = context.media;
      return serveBytes(c.req.raw, storage, { key, size, type, name, inline, tag: String(id) }, stopped);
    },
  );
}
