import { type Posted, Poster } from '@parley/service';
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
import { AccessToken } from './access-token.ts';
import type { FcmConfig } from './config.ts';

/** Maximum bytes of a response that are read. The rest is ignored. */
const MAX_REPLY = 16 * 1024;

/** Sends notifications to apps over Firebase Cloud Messaging (HTTP v1 API). */
export class FcmSender implements PushSender {
  readonly #fcm: FcmConfig;
  readonly #ttl: number;
  readonly #poster: Poster;
  readonly #token: AccessToken;

  constructor(config: PushConfig, fcm: FcmConfig) {
    this.#fcm = fcm;
    this.#ttl = config.ttl;
    this.#poster = new Poster({ ...config, maxReply: MAX_REPLY });
    this.#token = new AccessToken(fcm, this.#poster);
  }

  send(device: Device, notification: Notification): Promise<PushOutcome> {
    return this.#send(this.#message(tokenOf(device), notification));
  }

  /**
   * Removes the number from the app's icon. Android apps receive only data, and remove the number
   * and their notifications themselves.
   */
  clearBadge(device: Device): Promise<PushOutcome> {
    const headers = { 'apns-collapse-id': 'badge', 'apns-priority': '5', 'apns-expiration': this.#expiration() };
    return this.#send({
      token: tokenOf(device),
      data: { badge: '0' },
      android: { collapse_key: 'badge', priority: 'NORMAL', ttl: `${this.#ttl}s` },
      apns: { headers, payload: { aps: { badge: 0 } } },
    });
  }

  close(): void {
    this.#poster.close();
  }

  async #send(message: object): Promise<PushOutcome> {
    const body = JSON.stringify({ message });
    const first = await this.#post(body);
    // Sends the notification once more with a new token, because the token was revoked before it
    // expired.
    const { status, text, retryAfter } = first.status === 401 ? await this.#post(body) : first;
    if (status === 401) throw new CredentialsRefused('FCM refuses the access token of FCM_CREDENTIALS');
    const { code, known } = readError(text);
    if (status === 403 && code !== 'SENDER_ID_MISMATCH')
      throw new CredentialsRefused(`FCM refuses to send for project ${this.#fcm.project}: 403 ${code ?? ''}`.trim());
    if (code === 'UNREGISTERED' || (status === 404 && known)) return { is: 'gone', status, reason: code };
    return { is: status < 300 ? 'taken' : 'refused', status, reason: code, retryAfter };
  }

  async #post(body: string): Promise<Posted> {
    const { url, project } = this.#fcm;
    const token = await this.#token.get(Date.now());
    const headers = { authorization: `Bearer ${token}`, 'user-agent': 'Parley' };
    const posted = await this.#poster.post(
      `${url}/v1/projects/${encodeURIComponent(project)}/messages:send`,
      headers,
      body,
    );
    if (posted.status === 401) this.#token.reject(token);
    return posted;
  }

  /** Returns the time in Unix seconds from which an iPhone no longer needs a message. */
  #expiration(): string {
    return String(this.#ttl === 0 ? 0 : Math.floor(Date.now() / 1000 + this.#ttl));
  }

  #message(token: string, notification: Notification) {
    const { chat, id, title, text, badge } = notification;
    const key = collapseKeyOf(notification);
    return {
      token,
      notification: { title, body: text },
      // Converts numbers to strings, because FCM accepts only strings in `data`.
      data: { chat: String(chat), id: String(id), badge: String(badge) },
      android: {
        ...{ collapse_key: key, priority: 'HIGH', ttl: `${this.#ttl}s` },
        notification: { tag: key, notification_count: badge },
      },
      // Adds options for iPhones that registered with FCM.
      apns: {
        headers: { 'apns-collapse-id': key, 'apns-priority': '10', 'apns-expiration': this.#expiration() },
        payload: { aps: { badge, sound: 'default', 'thread-id': key } },
      },
    };
  }
}

/**
 * Reads the error of a response. `known` is true if FCM wrote the response or the response is
 * empty. A 404 with other content comes from a wrong `FCM_URL`; such a response must not delete the
 * device.
 */
function readError(text: string | undefined): { code: string | undefined; known: boolean } {
  if (text === '') return { code: undefined, known: true };
  try {
    const { error } = JSON.parse(text ?? '') as { error?: { status?: unknown; details?: { errorCode?: unknown }[] } };
    const detail = error?.details?.find?.((each) => each?.errorCode !== undefined)?.errorCode;
    return { code: wordOf(detail) ?? wordOf(error?.status), known: error !== undefined };
  } catch {
    return { code: undefined, known: false };
  }
}
