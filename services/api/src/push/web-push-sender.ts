import { Poster } from '@parley/service';
import webPush from 'web-push';
import type { Device } from '../queries/push-subscriptions.ts';
import type { PushConfig, WebPushConfig } from './config.ts';
import type { Notification } from './notification.ts';
import type { PushOutcome, PushSender } from './push-sender.ts';

/** Sends notifications to browsers. Encrypts each one for its browser (RFC 8291). */
export class WebPushSender implements PushSender {
  readonly #ttl: number;
  readonly #keys: WebPushConfig;
  readonly #poster: Poster;

  constructor(config: PushConfig, keys: WebPushConfig) {
    this.#ttl = config.ttl;
    this.#keys = keys;
    this.#poster = new Poster(config);
  }

  async send({ endpoint, p256dh, auth }: Device, { chat, title, text, badge }: Notification): Promise<PushOutcome> {
    const payload = JSON.stringify({ chat, title, text, badge });
    const request = webPush.generateRequestDetails({ endpoint, keys: { p256dh, auth } }, payload, {
      vapidDetails: this.#keys,
      TTL: this.#ttl,
      urgency: 'high',
      contentEncoding: 'aes128gcm',
    });
    const headers = Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
    const { status, retryAfter } = await this.#poster.post(
      endpoint,
      { ...Object.fromEntries(headers), 'user-agent': 'Parley' },
      request.body,
    );
    // 404 and 410 mean that the browser has unsubscribed or no longer exists.
    if (status === 404 || status === 410) return { is: 'gone', status };
    return { is: status < 300 ? 'taken' : 'refused', status, retryAfter };
  }

  close(): void {
    this.#poster.close();
  }
}
