import { createHmac, timingSafeEqual } from 'node:crypto';

/** Seconds by which the timestamp of a request may differ from the clock. */
const TOLERANCE_S = 300;

/** Thrown if Parley did not send a request, or if the request is too old or malformed. */
export class WebhookError extends Error {
  override readonly name = 'WebhookError';
}

/**
 * Verifies the signature of a request by the Standard Webhooks specification, in constant time.
 * Returns its JSON.
 *
 * @param body the bytes as they were received
 * @param secrets `whsec_…` of the endpoint. With several, one of them must have signed the request
 * @throws WebhookError if the request is not genuine
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
  // Written without `>`, so that NaN is refused too.
  if (!(Math.abs(now / 1000 - Number(timestamp)) <= tolerance))
    throw new WebhookError('The request is too old, or the clock is wrong');
  let isGenuine = false;
  for (const key of keys) {
    const digest = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
    // The loop has no early exit, so that its time does not reveal which secret and signature
    // match.
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
 * Headers of a request: the headers object of Node.js and Express, with names in lower case, or a
 * `Headers` object.
 */
export type RequestHeaders =
  | { get(name: string): string | null }
  | { readonly [name: string]: string | readonly string[] | undefined };

/** Options of the verification. */
export interface VerifyOptions {
  /** Seconds by which the timestamp may differ from `now`. Default: 300. */
  tolerance?: number;
  /** Unix ms. Default: the clock. */
  now?: number;
}

/** The fields that all requests of Parley have. */
export interface SignedRequest {
  id: string;
  type: string;
  /** Unix ms. */
  date: number;
  data: object;
}
