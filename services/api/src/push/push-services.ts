import type { Database } from '@parley/database';
import { Counter, type Log, type Registry } from '@parley/service';
import { type Device, deleteSubscription, type PushServiceName } from '../queries/push-subscriptions.ts';
import { ApnsSender } from './apns/apns-sender.ts';
import type { PushConfig } from './config.ts';
import { FcmSender } from './fcm/fcm-sender.ts';
import { CredentialsRefused, type PushOutcome, type PushSender } from './push-sender.ts';
import { WebPushSender } from './web-push-sender.ts';

/** Ms between two warnings about the credentials of one push service. */
const WARNING_INTERVAL_MS = 60_000;

/**
 * Sends notifications over the push services that the server uses. Counts the results, and deletes
 * devices that a service no longer knows.
 */
export class PushServices {
  readonly #options: PushServicesOptions;
  readonly #senders: Partial<Record<PushServiceName, PushSender | undefined>>;
  readonly #pushes: Counter<'service' | 'outcome'>;
  readonly #warned = new Map<PushServiceName, number>();

  constructor(options: PushServicesOptions) {
    const { metrics, config } = options;
    const { web, fcm, apns } = config;
    this.#options = options;
    this.#senders = {
      web: web && new WebPushSender(config, web),
      fcm: fcm && new FcmSender(config, fcm),
      apns: apns && new ApnsSender(config, apns),
    };
    this.#pushes = new Counter({
      name: 'parley_pushes_total',
      help: 'Notifications sent to push services, by how they took them.',
      labelNames: ['service', 'outcome'] as const,
      registers: [metrics],
    });
  }

  /**
   * Calls `send` with the push service of a device. No-op if the service was turned off or `send`
   * returns undefined. Logs errors, and never rejects. Resolves with `retryAfter`, in ms, if a
   * retry of the notification can succeed.
   */
  async push(
    device: OwnedDevice,
    send: (sender: PushSender) => Promise<PushOutcome> | undefined,
  ): Promise<{ retryAfter: number } | undefined> {
    const { db, log } = this.#options;
    const { service, user, endpoint } = device;
    const sender = this.#senders[service];
    const sending = sender && send(sender);
    if (!sending) return undefined;
    try {
      const { is, status, reason, retryAfter = 0 } = await sending;
      if (is === 'gone') await deleteSubscription(db, user, endpoint);
      // Counts a server error of the push service like a failed connection.
      this.#pushes.inc({ service, outcome: status >= 500 ? 'failed' : is });
      if (is !== 'taken')
        log.debug({ user, pushService: service, status, reason }, 'a push service refused a notification');
      return status === 429 || status >= 500 ? { retryAfter: retryAfter * 1000 } : undefined;
    } catch (err) {
      this.#pushes.inc({ service, outcome: 'failed' });
      if (err instanceof CredentialsRefused) {
        this.#warn(service, err);
        return undefined;
      }
      log.debug({ err, user, pushService: service }, 'could not push to a device');
      return { retryAfter: 0 };
    }
  }

  close(): void {
    for (const sender of Object.values(this.#senders)) sender?.close();
  }

  /**
   * Logs that a push service rejects the credentials. Logs this once per interval, because every
   * message fails in the same way.
   */
  #warn(service: PushServiceName, err: CredentialsRefused): void {
    const now = Date.now();
    if (now - (this.#warned.get(service) ?? 0) < WARNING_INTERVAL_MS) return;
    this.#warned.set(service, now);
    this.#options.log.warn({ err, pushService: service }, 'a push service refuses the credentials of this server');
  }
}

export interface PushServicesOptions {
  db: Database;
  log: Log;
  metrics: Registry;
  config: PushConfig;
}

/** A push device and the id of its user. */
interface OwnedDevice extends Device {
  user: number;
}
