import { fetchKeys } from './fetch-keys.ts';
import type { VerifyKey } from './key.ts';

/**
 * The keys that an issuer publishes at an address, kept in memory so that asking for one never waits. They are fetched in the
 * background: at the start until that succeeds once, then now and then, and when a key is asked for that is not there. What was
 * fetched last stays while the address does not answer.
 */
export class KeySet {
  readonly #url: string;
  readonly #options: KeySetOptions;
  #keys = new Map<string, VerifyKey>();
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #asked = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(url: string, options: KeySetOptions) {
    this.#url = url;
    this.#options = options;
  }

  /** The key of that name; without a name the only one. Undefined when there is none yet: it is looked for then, for the next time. */
  find(kid: string | undefined): VerifyKey | undefined {
    const key = kid === undefined ? this.#only() : this.#keys.get(kid);
    if (key === undefined && !this.#stopped && performance.now() - this.#asked >= this.#options.pause) this.refresh();
    return key;
  }

  /** Fetches the keys anew, once for all who ask meanwhile. Never rejects; resolves when that is over. */
  refresh(): Promise<void> {
    this.#running ??= this.#fetch().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Fetches nothing more. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #fetch(): Promise<void> {
    const { interval, timeout, onError } = this.#options;
    clearTimeout(this.#timer);
    this.#asked = performance.now();
    try {
      this.#keys = await fetchKeys(this.#url, timeout);
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      onError(error, this.#url);
    }
    if (this.#stopped) return;
    const wait = this.#failures === 0 ? interval : Math.min(1000 * 2 ** Math.min(this.#failures - 1, 6), interval);
    this.#timer = setTimeout(() => this.refresh(), wait).unref();
  }

  #only(): VerifyKey | undefined {
    return this.#keys.size === 1 ? this.#keys.values().next().value : undefined;
  }
}

export interface KeySetOptions {
  /** Ms between two fetches. */
  interval: number;
  /** Ms that must have passed since the last fetch before a missing key causes one. */
  pause: number;
  /** Ms for one fetch. */
  timeout: number;
  /** Hears of each fetch that failed. */
  onError(error: unknown, url: string): void;
}
