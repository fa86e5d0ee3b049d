import { createHash } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import { beginRequest, forgetRequest, storeResponse } from '@parley/redis';
import type { Context, MiddlewareHandler } from 'hono';
import { decrypt, encrypt } from '../accounts/encryption.ts';
import type { AppContext } from '../app-context.ts';
import type { ServerEnv } from './authorise.ts';
import { Refusal } from './refusal.ts';

/**
 * Purpose under which stored responses are encrypted. They are encrypted because some contain
 * tokens.
 */
const PURPOSE = 'idempotent responses';

/** Headers of the first response that repetitions also get. */
const kept = ['content-type', 'location'] as const;

const pattern = /^[\x21-\x7e]{1,255}$/;

/**
 * The optional request header `Idempotency-Key`, with which a client can safely repeat a request.
 */
export const idempotencyHeaders = z.object({
  'idempotency-key': z
    .string()
    .regex(pattern, 'Use 1 to 255 visible ASCII characters')
    .optional()
    .openapi({
      description:
        'Unique for each request of the API key. A repetition with the same key has no effect and gets the response ' +
        'of the first, for `IDEMPOTENCY_TTL`',
    }),
});

/**
 * Executes a request with an `Idempotency-Key` only once. Repetitions get the first response, with
 * the header `Idempotency-Replayed`. If the first request was refused or failed, a repetition is
 * executed. Refuses with `conflict` while the first request is in progress, and if a different
 * request has the same key.
 */
export const executeOnce: MiddlewareHandler<ServerEnv> = async (c, next) => {
  const key = c.req.header('idempotency-key');
  // Ignores an invalid key here, because the validation of the request refuses it later.
  if (key === undefined || !pattern.test(key)) return await next();
  const { redis, config, log } = c.var.context;
  const { method, url } = c.req;
  const name = hash(c.var.key, key);
  const fingerprint = hash(method, url, await c.req.text());
  const first = await beginRequest(redis, name, fingerprint);
  if (first) return repeat(c.var.context, name, fingerprint, first);
  let isDone = false;
  try {
    await next();
    isDone = c.res.ok;
  } finally {
    if (!isDone) await forgetRequest(redis, name).catch(() => {});
  }
  if (!isDone) return;
  const response = encrypt(config.tokens.secret, PURPOSE, name, await toText(c));
  try {
    await storeResponse(redis, name, { fingerprint, response }, config.idempotencyTtl / 1000);
  } catch (err) {
    // Ignores the failure, because Redis marks the request as in progress for two minutes. During
    // that time, no repetition is executed.
    log.warn({ err, requestId: c.var.requestId }, 'response of an idempotency key not stored');
  }
};

function repeat(
  { config }: AppContext,
  name: string,
  fingerprint: string,
  first: { fingerprint: string; response?: string },
): Response {
  if (first.fingerprint !== fingerprint)
    throw new Refusal('conflict', 'A different request used this Idempotency-Key. Use a new key.');
  if (first.response === undefined)
    throw new Refusal('conflict', 'A request with this Idempotency-Key is in progress.', { retryAfter: 1 });
  const text = decrypt(config.tokens.secrets, PURPOSE, name, first.response);
  if (text === undefined)
    throw new Refusal('conflict', 'The response to this Idempotency-Key cannot be read any more.');
  const { status, headers, body } = JSON.parse(text) as StoredResponse;
  return new Response(body, { status, headers: { ...headers, 'idempotency-replayed': 'true' } });
}

async function toText({ res }: Context<ServerEnv>): Promise<string> {
  const headers = Object.fromEntries(
    kept.flatMap((each) => [[each, res.headers.get(each)]]).filter(([, value]) => value),
  );
  const body = res.status === 204 ? null : await res.clone().text();
  return JSON.stringify({ status: res.status, headers, body } satisfies StoredResponse);
}

function hash(...parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

interface StoredResponse {
  status: number;
  headers: Record<string, string>;
  /** Body of the response. Null if it has none. */
  body: string | null;
}
