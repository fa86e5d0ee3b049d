import type { Device } from '../../queries/push-subscriptions.ts';
import type { PushConfig } from '../config.ts';
import type { Notification } from '../notification.ts';
import {
  CredentialsRefused,
  collapseKeyOf,
  type PushOutcome,
  type PushSender,
  tokenOf,
  wordOf,
} from '../push-sender.ts';
import type { ApnsConfig } from './config.ts';
import { type Http2Answer, Http2Connection } from './http2-connection.ts';
import { ProviderToken } from './provider-token.ts';

/** Sends notifications to apps over the Apple Push Notification service (APNs). */
export class ApnsSender implements PushSender {
  readonly #apns: ApnsConfig;
  readonly #ttl: number;
  readonly #token: ProviderToken;
  readonly #connections: Record<'production' | 'sandbox', Http2Connection>;

  constructor({ allowed, timeout, ttl }: PushConfig, apns: ApnsConfig) {
    this.#apns = apns;
    this.#ttl = ttl;
    this.#token = new ProviderToken(apns);
    const { production, sandbox } = apns.urls;
    this.#connections = {
      production: new Http2Connection({ url: production, allowed, timeout }),
      sandbox: new Http2Connection({ url: sandbox, allowed, timeout }),
    };
  }

  send(device: Device, notification: Notification): Promise<PushOutcome> {
    const { chat, id, title, text, badge } = notification;
    const key = collapseKeyOf(notification);
    const aps = { alert: { title, body: text }, badge, sound: 'default', 'thread-id': key };
    return this.#send(device, { key, priority: 10, payload: { aps, chat, id } });
  }

  /**
   * Removes the number from the app's icon. The notification has no alert, so it is silent, and a
   * low priority, so that it does not wake the phone.
   */
  clearBadge(device: Device): Promise<PushOutcome> {
    return this.#send(device, { key: 'badge', priority: 5, payload: { aps: { badge: 0 } } });
  }

  close(): void {
    for (const connection of Object.values(this.#connections)) connection.close();
  }

  async #send(device: Device, message: ApnsMessage): Promise<PushOutcome> {
    const token = this.#token.get(Date.now());
    let answer = await this.#post(device, message, token);
    let reason = readReason(answer);
    if (reason === 'ExpiredProviderToken' && this.#token.reject(token, Date.now())) {
      answer = await this.#post(device, message, this.#token.get(Date.now()));
      reason = readReason(answer);
    }
    const { status } = answer;
    if (status === 403) throw new CredentialsRefused(`APNs refuses the token of APNS_KEY: 403 ${reason ?? ''}`.trim());
    if (status === 410 || reason === 'BadDeviceToken') return { is: 'gone', status, reason };
    return { is: status === 200 ? 'taken' : 'refused', status, reason };
  }

  #post(device: Device, { key, priority, payload }: ApnsMessage, token: string): Promise<Http2Answer> {
    const { app, environment } = device;
    const headers = {
      authorization: `bearer ${token}`,
      'apns-topic': app ?? this.#apns.topics[0],
      'apns-push-type': 'alert',
      'apns-priority': String(priority),
      'apns-expiration': String(this.#ttl === 0 ? 0 : Math.floor(Date.now() / 1000 + this.#ttl)),
      'apns-collapse-id': key,
      'user-agent': 'Parley',
    };
    const connection = this.#connections[environment ?? 'production'];
    return connection.post(`/3/device/${tokenOf(device)}`, headers, JSON.stringify(payload));
  }
}

function readReason({ text }: Http2Answer): string | undefined {
  try {
    return wordOf((JSON.parse(text) as { reason?: unknown } | null)?.reason);
  } catch {
    return undefined;
  }
}

interface ApnsMessage {
  /** Collapse key: on a device, a newer message replaces an older one with the same key. */
  key: string;
  /** APNs priority. 10: the device receives the message at once. 5: when the phone is awake. */
  priority: 5 | 10;
  payload: object;
}
