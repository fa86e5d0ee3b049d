import { limitRate } from '../../http/limit-rate.ts';
import { callerOperation, type Operation } from '../../http/operation.ts';
import { locationHeader } from '../../http/response-headers.ts';
import { admitUpload } from './admit-upload.ts';
import { bytesBody, tusAnswers, tusHeaders, tusResponseHeaders, whole } from './schemas.ts';
import { tusAnswer } from './tus-answer.ts';

/** Begins an upload, which the caller owns. */
export const create = callerOperation(
  {
    method: 'post',
    operationId: 'createUpload',
    path: '/v1/media',
    tags: ['Media'],
    summary: 'Create an upload (tus protocol 1.0.0)',
    description:
      'Upload-Length says how many bytes will come; Upload-Metadata may hold `filename`, `filetype`, and of a film or sound `width`, `height` ' +
      'and `duration`. Bytes may come with this request. The header Location leads to the upload, relative to this address.',
    request: { headers: tusHeaders('upload-length', 'upload-metadata'), body: bytesBody },
    responses: tusAnswers({
      201: {
        ...whole('Begun. Has the media as its body if all bytes came with the request'),
        headers: { ...locationHeader, ...tusResponseHeaders },
      },
    }),
    refuses: ['too-large', 'quota', 'too-many'],
  },
  async (c) => {
    const { context, caller } = c.var;
    await limitRate(context, 'upload', caller.user, context.config.media.uploadsPerMinute);
    return await admitUpload(c, async () => tusAnswer(await context.media.serve(c.req.raw, caller.user)));
  },
);

/**
 * Lists the supported parts of the tus protocol. Preflight requests of allowed origins do not reach
 * this handler, because the CORS middleware responds to them.
 */
export const discover: Operation = {
  add: (app) => {
    app.options('/v1/media', async (c) => tusAnswer(await c.var.context.media.serve(c.req.raw)));
  },
};
