import { createHmac, timingSafeEqual } from 'node:crypto';

/** Maximum difference between the timestamp of a request and the clock, in seconds. */
const TOLERANCE_S = 300;

/** Thrown if a request was not sent by Parley, is too old, or is malformed. */
export class WebhookError extends Error {
  override readonly name = 'WebhookError';
}

/**
 * Verifies the signature of a request as the Standard Webhooks specification requires, in constant
 * time. Returns the JSON of the body.
 *
 * @param body the bytes as they were received
 * @param secrets `whsec_…` of the endpoint. If several are passed, one of them must have signed the
 * request
 * @throws WebhookError if the request was not sent by Parley, is too old, or is malformed
 * @throws TypeError if a secret or the body has a wrong type
 */
export function verify(
  headers: RequestHeaders,
  body: string | Uint8Array,
  secrets: string | readonly string[],
  { tolerance = TOLERANCE_S, now = Date.now() }: VerifyOptions = {},
): SignedRequest {
  if (typeof body !== 'string' && !(body instanceof Uint8Array))
    throw new TypeError('body must be the text or bytes as received, before they are parsed');
  const keys = [secrets].flat().map(readSecret);
  if (keys.length === 0) throw new TypeError('At least one secret is needed');
  const id = headerOf(headers, 'webhook-id');
  const timestamp = headerOf(headers, 'webhook-timestamp');
  const signatures = headerOf(headers, 'webhook-signature').split(' ');
  if (!/^\d{1,12}$/.test(timestamp)) throw new WebhookError('webhook-timestamp is not a number');
  // Does not use `>`, so that a NaN is refused too.
  if (!(Math.abs(now / 1000 - Number(timestamp)) <= tolerance))
    throw new WebhookError('The request is too old, or the clock is wrong');
  let isGenuine = false;
  for (const key of keys) {
    const digest = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
    // Compares every secret with every signature, so that the duration does not reveal which of
    // them match.
    for (const signature of signatures) isGenuine = isEqual(signature, `v1,${digest}`) || isGenuine;
  }
  if (!isGenuine) throw new WebhookError('No signature matches');
  return parse(body);
}

function isEqual(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function readSecret(secret: string): Buffer {
  const [, encoded] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
  const key = Buffer.from(encoded ?? '', 'base64');
  if (key.length < 24 || key.length > 64)
    throw new TypeError('A secret must be whsec_ and the base64 of 24 to 64 bytes');
  return key;
}

function headerOf(headers: RequestHeaders, name: string): string {
  const value = isHeaders(headers) ? headers.get(name) : headers[name];
  if (typeof value !== 'string' || value === '') throw new WebhookError(`The header ${name} is missing`);
  return value;
}

function isHeaders(headers: RequestHeaders): headers is { get(name: string): string | null } {
  return typeof headers.get === 'function';
}

function parse(body: string | Uint8Array): SignedRequest {
  let value: Partial<SignedRequest> | null;
  try {
    value = JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString());
  } catch {
    throw new WebhookError('The body is not JSON');
  }
  const isRequest = typeof value?.id === 'string' && typeof value.type === 'string' && typeof value.date === 'number';
  if (!isRequest || typeof value?.data !== 'object' || value.data === null)
    throw new WebhookError('The body is not a request of Parley');
  return value as SignedRequest;
}

/**
 * Headers of a request: an object with names in lower case, as in Node.js and Express, or a
 * `Headers` object.
 */
export type RequestHeaders =
  | { get(name: string): string | null }
  | { readonly [name: string]: string | readonly string[] | undefined };

/** Options for verifying a request. */
export interface VerifyOptions {
  /** Maximum difference between the timestamp and `now`, in seconds. Default: 300. */
  tolerance?: number;
  /** Current time in Unix ms. Default: the time of the clock. */
  now?: number;
}

/** Fields that every signed request of Parley contains. */
export interface SignedRequest {
  id: string;
  type: string;
  /** Unix ms. */
  date: number;
  data: object;
}
