import { createHmac, randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import type { Database } from '@parley/database';
import { fieldRefusal } from '../http/refusal.ts';
import { countHashParameters } from './account-queries.ts';
import { PasswordStrength } from './password-strength.ts';

/** Hashes passwords, verifies them, and rejects weak new passwords. */
export class Passwords {
  readonly #options: PasswordsOptions;
  readonly #strength = new PasswordStrength();
  /**
   * Maps hash parameters to a decoy hash with these parameters. For an unknown username, the
   * password is verified against the decoy.
   */
  readonly #decoys = new Map<string, Promise<string>>();
  #classes: Promise<HashClass[]> | undefined;
  #classesRead = Number.NEGATIVE_INFINITY;

  constructor(options: PasswordsOptions) {
    this.#options = options;
  }

  /** Hashes a password with argon2id, off the main thread. */
  hash(password: string): Promise<string> {
    return hashAt(password, this.#options.cost);
  }

  /**
   * Returns whether a password matches a hash. If `hash` is undefined because the username is
   * unknown, returns false after the time of one verification.
   *
   * After a change of `ARGON2_*`, the hashes of accounts differ in cost. Each unknown username is
   * assigned one of these costs, always the same, with the frequency that the cost has among
   * accounts. Response times therefore do not reveal which accounts exist.
   */
  async verify(username: string, password: string, known: string | null | undefined): Promise<boolean> {
    const fits = await verify(known ?? (await this.decoyOf(username)), normal(password));
    return fits && typeof known === 'string';
  }

  /** Returns whether the hash has other parameters than new hashes have. */
  isOutdated(known: string): boolean {
    return costOf(known) !== costText(this.#options.cost);
  }

  /**
   * Rejects a new password that an attacker would soon guess.
   *
   * @param words what an attacker knows: username, display name
   * @param owner the address or user that sent the password. The passwords of one owner are checked
   * one after the other
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

  /** Returns the decoy hash to verify against for an unknown username. */
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
   * Returns how many accounts have hashes of each cost. Queries PostgreSQL at most once an hour; if
   * it is unavailable, returns the last result.
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

/** Normalises a password, because keyboards encode the same character as different code points. */
function normal(password: string): string {
  return password.normalize('NFKC');
}

function costOf(known: string): string | undefined {
  return /^\$argon2id\$v=\d+\$([^$]+)\$/.exec(known)?.[1];
}

function costText({ memory, time, parallelism }: Cost): string {
  return `m=${Math.ceil(memory / 1024)},t=${time},p=${parallelism}`;
}

/** Cost parameters of a hash. `memory` is in bytes. */
export interface Cost {
  memory: number;
  time: number;
  parallelism: number;
}

export interface PasswordsOptions {
  db: Database;
  cost: Cost;
  /** Minimum zxcvbn score of a new password, 0 to 4. 0 accepts all passwords. */
  minScore: number;
  secret: string;
}

/** Number of accounts whose hashes have this cost. */
interface HashClass {
  text: string;
  cost: Cost;
  count: number;
}
