import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { CallerEnv } from '../../app-context.ts';
import { authenticate } from '../../http/authenticate.ts';
import { idParams } from '../../http/fields.ts';
import { methodNotAllowed } from '../../http/on-error.ts';
import { callerOperation, noContent, type Operation } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';
import { completeUpload } from '../../media/complete-upload.ts';
import { getMedia } from '../../queries/media.ts';
import { admitUpload } from './admit-upload.ts';
import { bytesBody, tusAnswers, tusHeaders, whole } from './schemas.ts';
import { tusAnswer } from './tus-answer.ts';

const path = '/v1/media/uploads/{id}';

/** Appends bytes to an upload. */
export const resume = callerOperation(
  {
    method: 'patch',
    operationId: 'resumeUpload',
    path,
    tags: ['Media'],
    summary: 'Append bytes to your upload (tus)',
    request: { params: idParams, headers: tusHeaders('upload-offset'), body: bytesBody },
    responses: tusAnswers({
      200: whole('The upload is whole: the media, to be put into a message'),
      204: { description: 'More bytes are awaited; the header Upload-Offset says from where on' },
    }),
    refuses: ['not-found', 'too-large'],
  },
  (c) => serve(c, c.req.valid('param').id),
);

/** Deletes an upload. A complete upload can be deleted if no message contains it. */
export const cancel = callerOperation(
  {
    method: 'delete',
    operationId: 'cancelUpload',
    path,
    tags: ['Media'],
    summary: 'Delete your upload if it was not sent in a message (tus)',
    request: { params: idParams, headers: tusHeaders() },
    responses: tusAnswers({ 204: noContent }),
    refuses: ['not-found'],
  },
  (c) => serve(c, c.req.valid('param').id),
);

const described = callerOperation(
  {
    method: 'head',
    operationId: 'getUploadProgress',
    path,
    tags: ['Media'],
    summary: 'The number of bytes that the server has of your upload (tus)',
    request: { params: idParams, headers: tusHeaders() },
    responses: tusAnswers({ 200: { description: 'The headers Upload-Offset and Upload-Length' } }),
    refuses: ['not-found'],
  },
  (c) => serve(c, c.req.valid('param').id),
);

/**
 * HEAD returns the offset of an upload. The router registers HEAD under GET, so this handler also
 * receives GET requests, to which it responds 405.
 */
export const progress: Operation = {
  add: (app) => {
    described.add(app);
    const router = app as unknown as OpenAPIHono<CallerEnv>;
    router.get(path.replace('{id}', ':id'), authenticate, (c) => {
      const { success, data } = idParams.safeParse(c.req.param());
      if (c.req.method !== 'HEAD') throw methodNotAllowed(c.req.method, ['HEAD', 'PATCH', 'DELETE']);
      if (!success) throw new Refusal('not-found');
      return serve(c, data.id);
    });
  },
};

async function serve(c: Context<CallerEnv>, id: number): Promise<Response> {
  const { context, caller } = c.var;
  const { db, media, config } = context;
  const row = await getMedia(db, id);
  if (row?.owner_id !== caller.user) throw new Refusal('not-found', 'You have no upload with this id.');
  if (
    c.req.method === 'HEAD' &&
    row.state === 'uploading' &&
    (await media.storage.size(row.storage_key)) === row.size
  ) {
    // Completes the upload if all bytes have arrived but the process that received them died.
    await completeUpload({ db, storage: media.storage, pictures: media.pictures, config: config.media }, id);
  }
  const serveTus = async () => tusAnswer(await media.serve(c.req.raw, caller.user));
  return c.req.method === 'PATCH' ? await admitUpload(c, serveTus) : await serveTus();
}
