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
  #round = 0;

  /** @param expired is called when the token could not be replaced */
  constructor(credentials: Credentials, { ask }: Context, expired: (reason: string) => void) {
    this.#credentials = credentials;
    this.#ask = ask;
    this.#expired = expired;
  }

  start(): void {
    const left = (this.#credentials.expires ?? Number.POSITIVE_INFINITY) - Date.now();
    if (left > LONGEST) return;
    this.#alarm.set(Math.max(1000, left - Math.min(AHEAD, left / 5)), () => this.#renew(this.#round));
  }

  stop(): void {
    this.#round += 1;
    this.#alarm.clear();
  }

  async #renew(round: number): Promise<void> {
    try {
      const token = await this.#credentials.token(await this.#credentials.token());
      if (round !== this.#round) return;
      await this.#ask({ type: 'auth', token });
      if (round === this.#round) this.start();
    } catch (error) {
      if (round === this.#round) this.#expired((error as Error).message);
    }
  }
}
