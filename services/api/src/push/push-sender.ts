import type { Device } from '../queries/push-subscriptions.ts';
import type { Notification } from './notification.ts';

/** Sends notifications to the devices of one push service. */
export interface PushSender {
  /**
   * Sends a notification to a device and resolves with the result of the push service. Rejects if
   * the service cannot be reached, or with `CredentialsRefused`.
   */
  send(device: Device, notification: Notification): Promise<PushOutcome>;
  /**
   * Removes the number from the app's icon without showing a notification. Undefined if the push
   * service has no such message.
   */
  clearBadge?(device: Device): Promise<PushOutcome>;
  close(): void;
}

export interface PushOutcome {
  /** Result of the push service. `gone`: the service no longer knows the device. */
  is: 'taken' | 'refused' | 'gone';
  status: number;
  /** Reason that the push service sent for a refusal. Undefined if it sent none. */
  reason?: string | undefined;
  /** Seconds after which the push service accepts requests again. Undefined if it sent no time. */
  retryAfter?: number | undefined;
}

/** Thrown if the push service does not accept this server's credentials. */
export class CredentialsRefused extends Error {
  override name = 'CredentialsRefused';
}

/** Returns the push token of a phone from its endpoint. */
export function tokenOf({ service, endpoint }: Device): string {
  return endpoint.slice(service.length + 1);
}

/**
 * Returns the reason that a push service sent, if it is a single word. Returns undefined for other
 * text, which must not be logged.
 */
export function wordOf(reason: unknown): string | undefined {
  return typeof reason === 'string' && /^\w{1,64}$/.test(reason) ? reason : undefined;
}

/**
 * Returns the collapse key of a notification. On a device, a newer notification replaces an older
 * one with the same key.
 */
export function collapseKeyOf({ chat }: Notification): string {
  return `chat-${chat}`;
}
