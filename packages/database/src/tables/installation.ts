import type { Generated } from 'kysely';

/** The identity and progress of this database, in a single row. See `readInstallation`. */
export interface InstallationTable {
  /** Assigned by the migration. Redis stores the same id. */
  id: Generated<string>;
  /**
   * Increases by one every few seconds while both stores are available. It is then copied to Redis,
   * which is at most one behind.
   */
  mark: Generated<number>;
  /** Random, new with each mark. It differs between two databases that advanced separately. */
  nonce: Generated<string>;
  /** The nonce of the previous mark. */
  previous: string | null;
  /** When the mark was advanced, in Unix ms. */
  advanced: Generated<number>;
  singleton: Generated<boolean>;
}
