import type { Device } from '../queries/push-subscriptions.ts';
import type { Notification } from './notification.ts';

/** Sends notifications to the devices of one push service. */
export interface PushSender {
  /**
   * Resolves with the result of the push service for a notification. Rejects if the service could
   * not be reached, or with `CredentialsRefused`.
   */
  send(device: Device, notification: Notification): Promise<PushOutcome>;
  /**
   * Removes the number from the icon of the app, without a notification. Undefined if the service
   * has no such message.
   */
  clearBadge?(device: Device): Promise<PushOutcome>;
  close(): void;
}

export interface PushOutcome {
  /** `gone`: the push service no longer knows the device. */
  is: 'taken' | 'refused' | 'gone';
  status: number;
  /** The reason that the service sent for a refusal. Undefined if there is none. */
  reason?: string | undefined;
}

/** The push service does not accept the credentials of this server. */
export class CredentialsRefused extends Error {
  override name = 'CredentialsRefused';
}

/** Returns the push token of a phone. */
export function tokenOf({ service, endpoint }: Device): string {
  return endpoint.slice(service.length + 1);
}

/**
 * Returns the reason of a service if it is a single word. It is logged, so it must not contain free
 * text.
 */
export function wordOf(reason: unknown): string | undefined {
  return typeof reason === 'string' && /^\w{1,64}$/.test(reason) ? reason : undefined;
}

/** Notifications with the same key replace each other on a device. */
export function collapseKeyOf({ chat }: Notification): string {
  return `chat-${chat}`;
}
