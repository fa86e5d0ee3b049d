import { type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Media } from '@parley/protocol';
import { readLayimKey } from '@parley/redis';
import { sealLayimMedia } from '@parley/service';
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { CallerEnv, OpenEnv } from '../../app-context.ts';
import { receiveBody } from '../../http/bodies.ts';
import { limitRate } from '../../http/limit-rate.ts';
import { Refusal } from '../../http/refusal.ts';
import { pictureTypes } from '../../media/sniff.ts';
import { keepMedia } from '../../queries/media.ts';
import { admitForm } from '../media/admit-upload.ts';
import { layimAnswers } from './schemas.ts';

/**
 * Maximum bytes of a file that LayIM uploads, because the form is held in memory. Larger files need
 * `POST /v1/media`.
 */
const MOST = 10 * 1024 * 1024;

const dataSchema = z.object({ src: z.string(), name: z.string() });
const fileField = z.instanceof(File, { error: 'A file is required' }).openapi({ type: 'string', format: 'binary' });
const formSchema = z.object({ file: fileField });

/** Uploads a picture or a file for a chat. The file is in the form field `file`. */
export function addUploads(router: OpenAPIHono<CallerEnv>): void {
  const onError = (): never => {
    throw new Refusal('too-large', `At most ${MOST / 1024 / 1024} MiB can be sent.`);
  };
  router.use('/upload/*', admitForm, bodyLimit({ maxSize: MOST, onError }), receiveForm);
  for (const kind of ['image', 'file'] as const) {
    router.openapi(
      {
        method: 'post',
        operationId: kind === 'image' ? 'layimUploadImage' : 'layimUploadFile',
        path: `/upload/${kind}`,
        tags: ['LayIM'],
        summary: kind === 'image' ? 'Upload a picture, for LayIM' : 'Upload a file, for LayIM',
        security: [{ accessToken: [] }],
        request: { body: { required: true, content: { 'multipart/form-data': { schema: formSchema } } } },
        responses: layimAnswers(dataSchema, 'The path of the file, from the root of the api'),
      },
      async (c) => {
        const media = await store(c, c.req.valid('form').file);
        if (kind === 'image' && !pictureTypes.has(media.mime))
          throw new Refusal('bad-request', 'This file is not a picture.');
        const { context, caller } = c.var;
        await keepMedia(context.db, media.id);
        const src = sealLayimMedia(await readLayimKey(context.redis), media.id, caller.user, Date.now());
        return c.json({ code: 0, msg: '', data: { src, name: media.name } }, 200);
      },
    );
  }
}

/** Reads the form within a time, so that an unfinished one does not stay in memory. */
const receiveForm: MiddlewareHandler<CallerEnv> = async (c, next) => {
  await receiveBody(c as unknown as Context<OpenEnv>, c.var.context.config.media.formTime);
  await next();
};

/** Stores the file like any other upload, with one request of the tus protocol. */
async function store(c: Context<CallerEnv>, file: File): Promise<Media> {
  const { context, caller } = c.var;
  await limitRate(context, 'upload', caller.user, context.config.media.uploadsPerMinute);
  const encode = (text: string) => Buffer.from(text).toString('base64');
  const request = new Request(new URL('/v1/media', c.req.url), {
    method: 'POST',
    headers: {
      'tus-resumable': '1.0.0',
      'upload-length': String(file.size),
      'upload-metadata': `filename ${encode(file.name || 'file')},filetype ${encode(file.type || 'application/octet-stream')}`,
      'content-type': 'application/offset+octet-stream',
    },
    body: await file.arrayBuffer(),
  });
  const answer = await context.media.serve(request, caller.user);
  const text = await answer.text();
  if (answer.status !== 201) throw new Refusal(answer.status === 413 ? 'too-large' : 'bad-request', text.trim());
  return JSON.parse(text) as Media;
}
