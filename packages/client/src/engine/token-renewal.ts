import type { Credentials } from '../api/credentials.ts';
import { Timer } from '../timer.ts';
import type { EngineContext, OnlinePart } from './context.ts';

/**
 * Ms before the expiry of a token at which the client replaces it. If a fifth of the remaining
 * lifetime is shorter, that is used instead.
 */
const AHEAD_MS = 60_000;

/** Maximum delay of `setTimeout`, in ms. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Replaces the access token of an open connection before the token expires. */
export class TokenRenewal implements OnlinePart {
  readonly #credentials: Credentials;
  readonly #request: EngineContext['request'];
  readonly #onExpired: (reason: string) => void;
  readonly #timer = new Timer();
  #online = false;

  /** @param onExpired called if no new token is available */
  constructor(credentials: Credentials, { request }: EngineContext, onExpired: (reason: string) => void) {
    this.#credentials = credentials;
    this.#request = request;
    this.#onExpired = onExpired;
  }

  start(): void {
    this.#online = true;
    const left = (this.#credentials.expires ?? Number.NaN) - Date.now();
    const delay = Math.max(1000, left - Math.min(AHEAD_MS, left / 5));
    if (left < MAX_DELAY_MS) this.#timer.restart(delay, () => this.#renew());
  }

  stop(): void {
    this.#online = false;
    this.#timer.clear();
  }

  async #renew(): Promise<void> {
    try {
      const token = await this.#credentials.token(await this.#credentials.token());
      // Sends nothing while offline, because the next connection opens with the new token.
      if (!this.#online) return;
      await this.#request({ type: 'auth', token });
      if (this.#online) this.start();
    } catch (error) {
      if (this.#online) this.#onExpired((error as Error).message);
    }
  }
}
