import type { ColumnType, Generated } from 'kysely';

/**
 * Progress of the task that removes old messages, in a single row. One api process at a time runs
 * the task.
 */
export interface RetentionRunsTable {
  singleton: Generated<boolean>;
  /**
   * When a process can claim (exclusively start) the task, in Unix ms: after the interval between
   * runs, or when the lease of the process that runs the task expires.
   */
  due: Generated<number>;
  /** When the current run began, in Unix ms. */
  started: Generated<number>;
  /** When the last complete run ended, in Unix ms. 0: never. */
  finished: Generated<number>;
  /** Number of messages that the current run has removed so far. */
  removed: Generated<number>;
  /** Position at which the current run continues. Null: no run is in progress. */
  place: ColumnType<object | null, string | null, string | null>;
}
