import type { ColumnType, Generated } from 'kysely';

/** A job: one message that an api sends to many receivers in the background. */
export interface JobsTable {
  id: Generated<number>;
  /** Name of the API key that created the job. */
  key: string;
  state: Generated<'waiting' | 'running' | 'done' | 'canceled'>;
  /** The sender. */
  from_id: number;
  /** Idempotency key of the job. The ref of each message is derived from it and the receiver. */
  ref: string;
  content: ColumnType<object, string>;
  /** Ids of users and groups, in the order in which they receive the message. */
  receivers: number[];
  /** Index of the next receiver in `receivers`. */
  next: Generated<number>;
  /** Total number of receivers, including ids that do not exist. */
  total: number;
  /** Number of receivers that were processed, including those that failed. */
  done: Generated<number>;
  failed: Generated<number>;
  errors: ColumnType<object[], string | undefined, string>;
  /**
   * When a process can claim the job, that is, run it exclusively, in Unix ms. Null: the job has
   * finished.
   */
  due: number | null;
  /** True while a process has claimed the job. */
  leased: Generated<boolean>;
  created: Generated<number>;
  updated: Generated<number>;
}
