import type { ColumnType, Generated } from 'kysely';

/** A message to many receivers, which an api sends in the background. */
export interface JobsTable {
  id: Generated<number>;
  /** The name of the API key. */
  key: string;
  state: Generated<'waiting' | 'running' | 'done' | 'canceled'>;
  /** The sender. */
  from_id: number;
  /** From this ref and the receiver each message has its ref. */
  ref: string;
  content: ColumnType<object, string>;
  /** Users and groups, in the order in which they receive the message. */
  receivers: number[];
  /** Number of receivers that were handled. */
  next: Generated<number>;
  /** All receivers, also those that do not exist. */
  total: number;
  /** Receivers that were handled, including the failed ones. */
  done: Generated<number>;
  failed: Generated<number>;
  errors: ColumnType<object[], string | undefined, string>;
  /** When a process may claim the job. Null: it has finished. */
  due: number | null;
  /** Whether a process claimed it and has not released it. */
  leased: Generated<boolean>;
  created: Generated<number>;
  updated: Generated<number>;
}
