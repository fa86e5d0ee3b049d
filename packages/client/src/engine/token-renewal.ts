import type { Credentials } from '../api/credentials.ts';
import { Timer } from '../timer.ts';
import type { EngineContext, OnlinePart } from './context.ts';

/**
 * Ms before its expiry at which a token is replaced. A fifth of its remaining lifetime if that is
 * less.
 */
const AHEAD_MS = 60_000;

/** Maximum delay of `setTimeout`, in ms. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Replaces the access token of an open connection before it expires. */
export class TokenRenewal implements OnlinePart {
  readonly #credentials: Credentials;
  readonly #request: EngineContext['request'];
  readonly #onExpired: (reason: string) => void;
  readonly #timer = new Timer();
  #online = false;

  /** @param onExpired called if the token cannot be replaced */
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
      // While offline, nothing is sent: the next connection opens with the new token.
      if (!this.#online) return;
      await this.#request({ type: 'auth', token });
      if (this.#online) this.start();
    } catch (error) {
      if (this.#online) this.#onExpired((error as Error).message);
    }
  }
}
