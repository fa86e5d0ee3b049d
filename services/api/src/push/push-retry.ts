import { createHash } from 'node:crypto';
import type { Body } from '@parley/protocol';
import type { Device } from '../queries/push-subscriptions.ts';
import { SHOWN_LENGTH } from './notification.ts';

/** Maximum ms by which a push service may delay a retry. Later notifications are useless. */
const MAX_RETRY_AFTER_MS = 600_000;

/**
 * Returns the ms until a notification is sent again. Undefined if it is not.
 *
 * @param attempt number of failed attempts, from 1
 * @param after ms that the service asks to wait
 */
export function retryDelay(delays: readonly number[], attempt: number, after: number): number | undefined {
  const delay = delays[attempt - 1];
  if (delay === undefined || after > MAX_RETRY_AFTER_MS) return undefined;
  // Random, so that notifications that failed together are not sent again together.
  return Math.max(after, delay * (0.8 + Math.random() * 0.4));
}

/** Returns the part of a message that a notification shows, so that a waiting retry is small. */
export function shownPart(body: Body): Body {
  if (body.type === 'text') return { ...body, text: body.text.slice(0, SHOWN_LENGTH + 1).toWellFormed() };
  return body.type === 'custom' ? { ...body, data: {} } : body;
}

/** Returns a short name of a device, which does not contain its token. */
export function deviceName({ endpoint }: Pick<Device, 'endpoint'>): string {
  return createHash('sha256').update(endpoint).digest('base64url').slice(0, 16);
}

/** Which devices get a notification again. */
export interface PushRetry {
  /** Number of failed attempts. */
  attempt: number;
  /** Names of the devices. */
  devices: string[];
}
