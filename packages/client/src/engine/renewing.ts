import { Alarm } from '../alarm.ts';
import type { Credentials } from '../api/credentials.ts';
import type { Context, Part } from './part.ts';

/** Ms before its end at which an access token is replaced; at a fifth of what is left of it, if that is less. */
const AHEAD = 60_000;

/** Ms that a timer can wait. */
const LONGEST = 2 ** 31 - 1;

/** Replaces the token of a connection before it ends. */
export class Renewing implements Part {
  readonly #credentials: Credentials;
  readonly #ask: Context['ask'];
  readonly #expired: (reason: string) => void;
  readonly #alarm = new Alarm();
  #online = false;

  /** @param expired is called when the token could not be replaced */
  constructor(credentials: Credentials, { ask }: Context, expired: (reason: string) => void) {
    this.#credentials = credentials;
    this.#ask = ask;
    this.#expired = expired;
  }

  start(): void {
    this.#online = true;
    const left = (this.#credentials.expires ?? Number.NaN) - Date.now();
    if (left < LONGEST) this.#alarm.set(Math.max(1000, left - Math.min(AHEAD, left / 5)), () => this.#renew());
  }

  stop(): void {
    this.#online = false;
    this.#alarm.clear();
  }

  async #renew(): Promise<void> {
    try {
      const token = await this.#credentials.token(await this.#credentials.token());
      // Another connection has begun with it.
      if (!this.#online) return;
      await this.#ask({ type: 'auth', token });
      if (this.#online) this.start();
    } catch (error) {
      if (this.#online) this.#expired((error as Error).message);
    }
  }
}
