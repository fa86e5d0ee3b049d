import type { Generated } from 'kysely';

/**
 * The identity and the progress mark of this database, in a single row. The progress mark is
 * compared with Redis to detect a restored store. See `readInstallation`.
 */
export interface InstallationTable {
  /** Id of the installation. The migration assigns it, and Redis stores a copy. */
  id: Generated<string>;
  /**
   * Progress mark: a number that a process increments every few seconds while PostgreSQL and Redis
   * are available, and then copies to Redis. Redis is at most one behind.
   */
  mark: Generated<number>;
  /**
   * Random value that is replaced whenever the mark is incremented. It differs between two
   * databases that advanced separately.
   */
  nonce: Generated<string>;
  /** The nonce of the previous mark. Null after the stores were reconciled. */
  previous: string | null;
  /** When the mark was last incremented, in Unix ms. */
  advanced: Generated<number>;
  singleton: Generated<boolean>;
}
