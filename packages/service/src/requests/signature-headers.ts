import { createHmac } from 'node:crypto';

/**
 * Returns the headers that prove that a request is authentic and recent, as defined by the Standard
 * Webhooks specification. Each signature is the HMAC-SHA256 of the id, the timestamp and the body,
 * joined by dots.
 *
 * @param now current time in Unix ms
 */
export function signatureHeaders(secrets: readonly Buffer[], id: string, body: string, now: number) {
  const timestamp = String(Math.floor(now / 1000));
  const signatures = secrets.map((secret) => {
    return `v1,${createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
