import type { Generated } from 'kysely';

/** The identity and progress of this database, in a single row. See `readInstallation`. */
export interface InstallationTable {
  /** Assigned by the migration. Redis carries the same id. */
  id: Generated<string>;
  /**
   * Grows by one every few seconds while both stores are available. It is then copied to Redis,
   * which is at most one behind.
   */
  mark: Generated<number>;
  /** Assigned with the mark: two databases that advanced separately differ in it. */
  nonce: Generated<string>;
  /** The nonce of the mark before. */
  previous: string | null;
  /** When the mark was advanced, in Unix ms. */
  advanced: Generated<number>;
  singleton: Generated<boolean>;
}
