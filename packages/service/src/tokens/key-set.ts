import { fetchKeys } from './fetch-keys.ts';
import type { VerifyKey } from './key.ts';

/**
 * Holds the keys that an issuer publishes in memory, so that a lookup never waits. Fetches them in
 * the background: at start until that succeeds, then periodically, and when a key is missing. While
 * the address is unavailable, the last keys are kept.
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

  /**
   * Returns the key with this `kid`. Without a `kid`, returns the only key. A missing key is
   * fetched for later lookups.
   */
  find(kid: string | undefined): VerifyKey | undefined {
    const key = kid === undefined ? this.#only() : this.#keys.get(kid);
    if (key === undefined && !this.#stopped && performance.now() - this.#asked >= this.#options.pause) this.refresh();
    return key;
  }

  /** Fetches the keys, once for concurrent callers. Resolves when the fetch ends. Never rejects. */
  refresh(): Promise<void> {
    this.#running ??= this.#fetch().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Ends the fetches. */
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
  /** Minimum ms between two fetches because of missing keys. */
  pause: number;
  /** Timeout of a fetch in ms. */
  timeout: number;
  /** Called after each failed fetch. */
  onError(error: unknown, url: string): void;
}
