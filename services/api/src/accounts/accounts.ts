import type { Database } from '@parley/database';
import type { Log } from '@parley/service';
import type { ApiConfig } from '../config.ts';
import { AuditLog } from './audit-log.ts';
import { Mailer } from './mailer.ts';
import { Passwords } from './passwords.ts';

/**
 * Provides what the account routes need: password hashing, e-mail, the audit log and background
 * work.
 */
export class Accounts {
  readonly passwords: Passwords;
  /** Sends e-mails. Undefined if e-mail is disabled. */
  readonly mailer: Mailer | undefined;
  readonly audit: AuditLog;
  readonly #log: Log;
  readonly #background = new Set<Promise<void>>();

  constructor({ db, log, config }: { db: Database; log: Log; config: ApiConfig }) {
    const { accounts, argon2, tokens } = config;
    this.passwords = new Passwords({ db, cost: argon2, minScore: accounts.passwordStrength, secret: tokens.secret });
    this.mailer = accounts.mail && new Mailer(accounts.mail, log);
    this.audit = new AuditLog(accounts.auditLog ? log : undefined);
    this.#log = log;
  }

  /**
   * Starts `work` without waiting for it, so that the response time does not reveal what it does.
   * Logs failures.
   */
  inBackground(work: () => Promise<void>): void {
    const running = work()
      .catch((err: unknown) => this.#log.warn({ err }, 'background task of an account failed'))
      .finally(() => this.#background.delete(running));
    this.#background.add(running);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#background);
    await this.mailer?.stop();
    this.passwords.stop();
  }
}
