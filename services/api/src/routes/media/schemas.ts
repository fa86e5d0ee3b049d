import { type RouteConfig, z } from '@hono/zod-openapi';
import { problemType } from '@parley/protocol';
import { jsonResponse } from '../../http/operation.ts';
import { textHeader } from '../../http/response-headers.ts';
import { mediaSchema, problemSchema } from '../../http/schemas.ts';

/**
 * Returns the schemas of request headers of the tus protocol. They only document the headers: the
 * tus server validates the headers and has its own status codes for errors.
 */
export function tusHeaders(...names: readonly (keyof typeof headerSchemas)[]) {
  return z.object(
    Object.fromEntries((['tus-resumable', ...names] as const).map((name) => [name, headerSchemas[name]])),
  );
}

const described = (schema: object, required = true) =>
  z
    .string()
    .optional()
    .openapi({ ...schema, param: { required } });

const METADATA_PAIR = '[!-+.-~-]+( ([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)?';

const headerSchemas = {
  'tus-resumable': described({ enum: ['1.0.0'], description: 'The version of the tus protocol' }),
  'upload-length': described({ type: 'integer', minimum: 0, description: 'Bytes of the file' }),
  'upload-offset': described({
    type: 'integer',
    minimum: 0,
    description: 'Bytes that the server has, as HEAD returns',
  }),
  'upload-metadata': described(
    {
      pattern: `^(${METADATA_PAIR}(,${METADATA_PAIR})*)?$`,
      description: 'Pairs of a key and a base64 value, separated by commas. The keys must differ',
      example: 'filename bm90ZS50eHQ=,filetype dGV4dA==',
    },
    false,
  ),
};

/** The schema of a request body with bytes of a file. */
export const bytesBody = {
  content: { 'application/offset+octet-stream': { schema: z.any().openapi({ type: 'string', format: 'binary' }) } },
};

/** Schemas of response headers of the tus protocol. */
export const tusResponseHeaders = {
  'Tus-Resumable': textHeader('The version of the protocol'),
  'Upload-Offset': textHeader('Bytes that the server has'),
  'Upload-Expires': textHeader('When an unfinished upload is removed'),
};

/** Returns the description of the response that contains the media after the upload is complete. */
export function whole(description: string) {
  return jsonResponse(mediaSchema, description);
}

/**
 * Returns the given responses of an operation plus the error responses that the tus server itself
 * sends.
 */
export function tusAnswers(own: RouteConfig['responses']): RouteConfig['responses'] {
  const refusals = Object.entries({
    403: 'A header is missing',
    409: 'The offset is not the current one, which HEAD returns',
    410: 'The upload has expired',
    412: 'Tus-Resumable is missing, or not 1.0.0',
    423: 'Another request is at this upload',
  });
  const content = { [problemType]: { schema: problemSchema } };
  return { ...own, ...Object.fromEntries(refusals.map(([status, description]) => [status, { description, content }])) };
}

/**
 * The query parameters of a signed URL, which `GET /v1/media/{id}/url` returns. A request with them
 * needs no access token.
 */
export const signatureQuery = z.object({
  user: z
    .string()
    .regex(/^[1-9]\d{0,15}$/)
    .transform(Number)
    .optional()
    .openapi({ type: 'integer', minimum: 1, maximum: 999_999_999_999_999 }),
  expires: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .optional()
    .openapi({ type: 'integer', minimum: 0, maximum: 999_999_999_999_999 }),
  signature: z.string().max(100).optional(),
});

export type SignatureQuery = z.infer<typeof signatureQuery>;
