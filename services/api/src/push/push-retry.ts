import { createHash } from 'node:crypto';
import type { Body } from '@parley/protocol';
import type { Device } from '../queries/push-subscriptions.ts';
import { SHOWN_LENGTH } from './notification.ts';

/**
 * Maximum ms by which a push service can delay a retry. There is no retry after a longer delay,
 * because a late notification is useless.
 */
const MAX_RETRY_AFTER_MS = 600_000;

/**
 * Returns the ms until a notification is sent again. Undefined if it is not sent again.
 *
 * @param attempt number of failed attempts, from 1
 * @param after ms that the push service requests to wait
 */
export function retryDelay(delays: readonly number[], attempt: number, after: number): number | undefined {
  const delay = delays[attempt - 1];
  if (delay === undefined || after > MAX_RETRY_AFTER_MS) return undefined;
  // Randomises the delay, so that notifications that failed together are not retried together.
  return Math.max(after, delay * (0.8 + Math.random() * 0.4));
}

/**
 * Returns the part of a message body that a notification shows. A retry stores only this part, so
 * that it needs little memory.
 */
export function shownPart(body: Body): Body {
  if (body.type === 'text') return { ...body, text: body.text.slice(0, SHOWN_LENGTH + 1).toWellFormed() };
  return body.type === 'custom' ? { ...body, data: {} } : body;
}

/** Returns a short identifier of a push device, a hash that does not reveal its token. */
export function deviceName({ endpoint }: Pick<Device, 'endpoint'>): string {
  return createHash('sha256').update(endpoint).digest('base64url').slice(0, 16);
}

/** The devices to which a notification is sent again, and how often sending has failed. */
export interface PushRetry {
  /** Number of failed attempts. */
  attempt: number;
  /** Identifiers of the devices, from `deviceName`. */
  devices: string[];
}
