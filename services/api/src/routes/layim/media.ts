import { type OpenAPIHono, z } from '@hono/zod-openapi';
import type { CallerEnv } from '../../app-context.ts';
import { idField } from '../../http/fields.ts';
import { Refusal } from '../../http/refusal.ts';
import { serveBytes } from '../../media/serve-bytes.ts';
import { inlineTypes } from '../../media/sniff.ts';
import { getMedia } from '../../queries/media.ts';
import { isMediaAddress } from './media-address.ts';
import { layimErrorSchema } from './schemas.ts';

const bytes = z.any().openapi({ type: 'string', format: 'binary' });

/** Serves a media that a LayIM page uploaded. Knowing the URL grants access until it expires. */
export function addMedia(router: OpenAPIHono<CallerEnv>): void {
  router.openapi(
    {
      method: 'get',
      operationId: 'layimMedia',
      path: '/media/{id}/{seal}',
      tags: ['LayIM'],
      summary: 'A file that was uploaded from a LayIM page',
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
      const known = isMediaAddress(context.config.tokens.secret, id, seal);
      const row = known ? await getMedia(context.db, id) : undefined;
      const isExpired = row !== undefined && row.created + context.config.media.layimTtl < Date.now();
      if (row?.state !== 'ready' || isExpired) throw new Refusal('not-found', 'This file does not exist.');
      const { name, size, storage_key: key } = row;
      const inline = inlineTypes.has(row.mime);
      const type = inline ? row.mime : 'application/octet-stream';
      const { storage, stopped } = context.media;
      return serveBytes(c.req.raw, storage, { key, size, type, name, inline, tag: String(id) }, stopped);
    },
  );
}
