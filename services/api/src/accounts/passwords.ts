import { createHmac, randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import type { Database } from '@parley/database';
import { fieldRefusal } from '../http/refusal.ts';
import { countHashParameters } from './account-queries.ts';
import { PasswordStrength } from './password-strength.ts';

/** Hashes and verifies passwords, and rejects weak ones. */
export class Passwords {
  readonly #options: PasswordsOptions;
  readonly #strength = new PasswordStrength();
  /** Parameters of a hash -> a hash with these parameters for unknown usernames. */
  readonly #decoys = new Map<string, Promise<string>>();
  #classes: Promise<HashClass[]> | undefined;
  #classesRead = Number.NEGATIVE_INFINITY;

  constructor(options: PasswordsOptions) {
    this.#options = options;
  }

  /** Hashes a password by argon2id, off the main thread. */
  hash(password: string): Promise<string> {
    return hashAt(password, this.#options.cost);
  }

  /**
   * Returns whether a password matches a hash. Without a hash it returns false after the time of
   * one verification.
   *
   * After a change of `ARGON2_*`, accounts have hashes of different cost. An unknown username is
   * assigned one of these costs, always the same one, as often as that cost occurs among accounts.
   * So response times do not reveal which accounts exist.
   */
  async verify(username: string, password: string, known: string | null | undefined): Promise<boolean> {
    const fits = await verify(known ?? (await this.decoyOf(username)), normal(password));
    return fits && typeof known === 'string';
  }

  /** Returns whether the cost of a hash differs from that of new hashes. */
  isOutdated(known: string): boolean {
    return costOf(known) !== costText(this.#options.cost);
  }

  /**
   * Rejects a new password that an attacker would soon guess.
   *
   * @param words what an attacker knows: username, display name
   * @param owner an address or user. The checks of one owner run one after the other
   * @throws Refusal `bad-request` if the password is too weak
   */
  async requireStrong(owner: string, password: string, words: readonly string[], field = 'password'): Promise<void> {
    const { minScore } = this.#options;
    if (minScore === 0) return;
    if ((await this.#strength.score(owner, password, words)) >= minScore) return;
    throw fieldRefusal('bad-request', field, 'Too easy to guess: use more words or characters, and not your name');
  }

  stop(): void {
    this.#strength.stop();
  }

  /** Returns the hash to compare with for an unknown username. */
  async decoyOf(username: string): Promise<string> {
    const classes = await this.#readClasses();
    const digest = createHmac('sha256', this.#options.secret).update(`decoy:${username}`).digest();
    let rank = digest.readUIntBE(0, 6) % classes.reduce((sum, { count }) => sum + count, 0);
    let chosen = classes[0] as HashClass;
    for (const each of classes) {
      chosen = each;
      if (rank < each.count) break;
      rank -= each.count;
    }
    const known = this.#decoys.get(chosen.text);
    if (known) return known;
    const decoy = hashAt(randomBytes(16).toString('hex'), chosen.cost);
    this.#decoys.set(chosen.text, decoy);
    return decoy;
  }

  /**
   * Reads how many accounts have hashes of each cost, at most once an hour. If PostgreSQL is
   * unavailable, returns the last result.
   */
  #readClasses(): Promise<HashClass[]> {
    const now = performance.now();
    if (this.#classes === undefined || now - this.#classesRead > 3_600_000) {
      this.#classesRead = now;
      const before = this.#classes;
      this.#classes = this.#queryClasses().catch(() => before ?? [this.#currentClass(1)]);
    }
    return this.#classes;
  }

  async #queryClasses(): Promise<HashClass[]> {
    const rows = await countHashParameters(this.#options.db);
    const classes = rows.flatMap(({ parameters, count }) => {
      const [, memory, time, parallelism] = /^m=(\d+),t=(\d+),p=(\d+)$/.exec(parameters) ?? [];
      if (parallelism === undefined) return [];
      const cost = { memory: Number(memory) * 1024, time: Number(time), parallelism: Number(parallelism) };
      return [{ text: parameters, cost, count }];
    });
    return classes.length > 0 ? classes : [this.#currentClass(1)];
  }

  #currentClass(count: number): HashClass {
    const { cost } = this.#options;
    return { text: costText(cost), cost, count };
  }
}

function hashAt(password: string, { memory, time, parallelism }: Cost): Promise<string> {
  return hash(normal(password), { memoryCost: Math.ceil(memory / 1024), timeCost: time, parallelism });
}

/** Normalises a password: keyboards may produce the same character as different code points. */
function normal(password: string): string {
  return password.normalize('NFKC');
}

function costOf(known: string): string | undefined {
  return /^\$argon2id\$v=\d+\$([^$]+)\$/.exec(known)?.[1];
}

function costText({ memory, time, parallelism }: Cost): string {
  return `m=${Math.ceil(memory / 1024)},t=${time},p=${parallelism}`;
}

/** The cost of a hash; `memory` in bytes. */
export interface Cost {
  memory: number;
  time: number;
  parallelism: number;
}

export interface PasswordsOptions {
  db: Database;
  cost: Cost;
  /** The minimum score of a new password; 0 accepts all. */
  minScore: number;
  secret: string;
}

/** The number of accounts whose hash has one cost. */
interface HashClass {
  text: string;
  cost: Cost;
  count: number;
}
