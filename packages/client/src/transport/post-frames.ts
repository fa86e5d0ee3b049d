import type { ClientFrame, ServerFrame } from '@parley/protocol';
import { afterStatus } from './close-codes.ts';
import { type Target, urlOf, type WireListener } from './transport.ts';

/**
 * Sends frames by `POST /v1/frames`, one after the other, and tells their replies. A frame that got no reply is answered
 * `unavailable`: it may be sent again.
 */
export class FramePoster {
  readonly #target: Target;
  readonly #listener: WireListener;
  readonly #fetch: typeof fetch;
  readonly #signal: AbortSignal;
  #last: Promise<void> = Promise.resolve();

  constructor(target: Target, listener: WireListener, fetcher: typeof fetch, signal: AbortSignal) {
    this.#target = target;
    this.#listener = listener;
    this.#fetch = fetcher;
    this.#signal = signal;
  }

  send(frame: ClientFrame): void {
    this.#last = this.#last.then(() => this.#post(frame));
  }

  async #post(frame: ClientFrame): Promise<void> {
    if (this.#signal.aborted) return;
    const reply = await this.#ask(frame);
    // Frames that follow a fresh token go with it.
    if (frame.type === 'auth' && reply?.type === 'ack') this.#target.token = frame.token;
    if (reply && !this.#signal.aborted) this.#listener.frame(reply);
  }

  async #ask(frame: ClientFrame): Promise<Reply | undefined> {
    let status = 0;
    try {
      const response = await this.#fetch(urlOf({ ...this.#target, cursor: null }, 'frames'), {
        method: 'POST',
        headers: { authorization: `Bearer ${this.#target.token}`, 'content-type': 'application/json' },
        body: JSON.stringify(frame),
        signal: this.#signal,
      });
      status = response.status;
      if (status === 401 && !this.#signal.aborted) {
        this.#listener.closed(afterStatus(status));
        return undefined;
      }
      const text = await response.text();
      const reply = text === '' ? undefined : (JSON.parse(text) as Reply);
      if (response.ok || reply?.type === 'error') return reply;
    } catch {
      // Told below, as what the server says itself when it does not know.
    }
    if (frame.ref === undefined) return undefined;
    return { type: 'error', ref: frame.ref, code: 'unavailable', message: `No reply (${status})`, retry: true };
  }
}

type Reply = Exclude<ServerFrame, { type: 'welcome' }>;
