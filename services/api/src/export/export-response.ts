import { addAbortSignal, Readable } from 'node:stream';
import { z } from '@hono/zod-openapi';
import type { AppContext } from '../app-context.ts';
import { archive } from './archive.ts';
import { contents } from './contents.ts';

const bytes = z.any().openapi({ type: 'string', format: 'binary' });

/** OpenAPI description of the response that contains an export archive. */
export const exportDescription = {
  description: 'The archive',
  content: { 'application/zip': { schema: bytes } },
};

/** Returns all stored data about a user as one archive, which is generated while it is sent. */
export function exportResponse(context: AppContext, user: number, requestId: string): Response {
  const { storage, stopped } = context.media;
  const stream = addAbortSignal(stopped, archive(contents(context.db, storage, user)));
  stream.on('error', (err) => {
    if (!stopped.aborted) context.log.warn({ err, requestId }, 'export aborted by an error');
  });
  return new Response(Readable.toWeb(stream) as ReadableStream, {
    status: 200,
    headers: {
      'content-type': 'application/zip',
      'content-disposition': `attachment; filename="parley-${user}.zip"`,
    },
  });
}
