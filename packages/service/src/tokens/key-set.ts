import { fetchKeys } from './fetch-keys.ts';
import type { VerifyKey } from './key.ts';

/**
 * Caches the keys that an issuer publishes, so that a lookup never waits. Fetches the keys in the
 * background: at start until a fetch succeeds, then periodically, and whenever a key is missing.
 * While the URL is unavailable, keeps the last keys.
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
   * Returns the key with this `kid`. Without a `kid`, returns the only key of the set. If the key
   * is missing, returns undefined and fetches the keys for later lookups.
   */
  find(kid: string | undefined): VerifyKey | undefined {
    const key = kid === undefined ? this.#only() : this.#keys.get(kid);
    if (key === undefined && !this.#stopped && performance.now() - this.#asked >= this.#options.pause) this.refresh();
    return key;
  }

  /**
   * Fetches the keys. Concurrent callers share one fetch. Resolves when the fetch ends. Never
   * rejects.
   */
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
  /** Ms between two periodic fetches of the keys. */
  interval: number;
  /** Minimum ms between two fetches that are caused by missing keys. */
  pause: number;
  /** Maximum ms that a fetch can take. */
  timeout: number;
  /** Called after each failed fetch of the keys. */
  onError(error: unknown, url: string): void;
}
