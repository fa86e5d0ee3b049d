import type { ColumnType, Generated } from 'kysely';

/** The progress of removing old messages, in a single row. One api at a time continues it. */
export interface RetentionRunsTable {
  singleton: Generated<boolean>;
  /** When a process may claim it: after the interval, or when the lease of a process expires. */
  due: Generated<number>;
  /** When the run in progress began. */
  started: Generated<number>;
  /** When the last complete run ended. 0: never. */
  finished: Generated<number>;
  /** Number of messages that the run in progress has removed. */
  removed: Generated<number>;
  /** Where the run in progress continues. Null: no run is in progress. */
  place: ColumnType<object | null, string | null, string | null>;
}
