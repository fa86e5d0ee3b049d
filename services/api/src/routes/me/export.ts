import { addAbortSignal, Readable } from 'node:stream';
import { z } from '@hono/zod-openapi';
import { archive } from '../../export/archive.ts';
import { contents } from '../../export/contents.ts';
import { limitRate } from '../../http/limit-rate.ts';
import { callerOperation } from '../../http/operation.ts';

const bytes = z.any().openapi({ type: 'string', format: 'binary' });

/** Returns all stored data about the caller as one archive, which is generated while it is sent. */
export const exportAll = callerOperation(
  {
    method: 'get',
    operationId: 'exportMe',
    path: '/v1/me/export',
    tags: ['Accounts'],
    summary: 'Export all your data as one archive',
    description:
      'A zip archive of JSON Lines (`profile`, `sessions`, `friends`, `friend-groups`, `friend-requests`, `blocks`, `groups`, `chats`, ' +
      '`media`, each `.jsonl`; `messages/<user>.jsonl` and `messages/g<group>.jsonl`, ascending) and of the files you uploaded (`media/`). ' +
      'An answer that breaks off is not complete: ask again.',
    responses: { 200: { description: 'The archive', content: { 'application/zip': { schema: bytes } } } },
    refuses: ['too-many'],
  },
  async (c) => {
    const { context } = c.var;
    const { user: me } = c.var.caller;
    await limitRate(context, 'export', me, context.config.perMinute.exports);
    const { storage, stopped } = context.media;
    const stream = addAbortSignal(stopped, archive(contents(context.db, storage, me)));
    stream.on('error', (err) => {
      if (!stopped.aborted) context.log.warn({ err, requestId: c.var.requestId }, 'export aborted by an error');
    });
    return new Response(Readable.toWeb(stream) as ReadableStream, {
      status: 200,
      headers: {
        'content-type': 'application/zip',
        'content-disposition': `attachment; filename="parley-${me}.zip"`,
      },
    });
  },
);
