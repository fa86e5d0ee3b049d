import { fileURLToPath } from 'node:url';
import { SideProcess } from '../side-process/side-process.ts';

/**
 * Estimates how many guesses an attacker needs to find a password, in a separate process that
 * starts on demand.
 */
export class PasswordStrength {
  readonly #process: SideProcess<Job, number>;

  constructor({ timeout = 30_000 }: { timeout?: number } = {}) {
    this.#process = new SideProcess({
      // The worker script is next to this source file in development, and next to the bundle in a
      // build.
      file: fileURLToPath(new URL('./password-process.js', import.meta.url)),
      memory: 512 * 1024 * 1024,
      timeout,
      idle: 30_000,
      maxPerOwner: 16,
      maxWaiting: 256,
    });
  }

  /**
   * Returns zxcvbn's score of a password, from 0 (below 1,000 guesses) to 4 (10^10 or more
   * guesses). Scores below 2 mean fewer than 10^6 guesses. Only the first {@link CHECKED}
   * characters are scored, because the time grows with the length.
   *
   * @param words what an attacker knows about this account, such as the username
   * @throws SideProcessBusy when too many passwords wait for their check
   * @throws JobKilled when the estimate took too long
   */
  score(owner: string, password: string, words: readonly string[]): Promise<number> {
    if (words.some((word) => saysNoMore(password, word))) return Promise.resolve(0);
    const known = words.flatMap((word) => [word, ...word.split(/[^\p{L}\p{N}]+/u)]).filter((word) => word.length > 2);
    return this.#process.run(owner, { password: password.slice(0, CHECKED), words: known });
  }

  stop(): void {
    this.#process.stop();
  }
}

/**
 * Returns whether a password consists of a known word and fewer than 4 other characters, such as
 * `ann.smith-1` for `ann_smith`.
 */
function saysNoMore(password: string, word: string): boolean {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
  const rest = plain(password).replaceAll(plain(word) || ' ', '');
  return rest.length < 4 && rest.length < plain(password).length;
}

/** Maximum number of characters that are scored, counted from the start of a password. */
const CHECKED = 32;

interface Job {
  password: string;
  words: string[];
}
