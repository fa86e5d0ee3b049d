import type { ColumnType, Generated } from 'kysely';

/** A message to many receivers that an api sends in the background. */
export interface JobsTable {
  id: Generated<number>;
  /** The name of the API key. */
  key: string;
  state: Generated<'waiting' | 'running' | 'done' | 'canceled'>;
  /** The sender. */
  from_id: number;
  /** The ref of each message is derived from this ref and the receiver. */
  ref: string;
  content: ColumnType<object, string>;
  /** Users and groups, in the order in which they receive the message. */
  receivers: number[];
  /** Index of the next receiver. */
  next: Generated<number>;
  /** Number of all receivers, including those that do not exist. */
  total: number;
  /** Number of receivers that were handled, including the failed ones. */
  done: Generated<number>;
  failed: Generated<number>;
  errors: ColumnType<object[], string | undefined, string>;
  /** When a process may claim the job. Null: it has finished. */
  due: number | null;
  /** True while a process has claimed it. */
  leased: Generated<boolean>;
  created: Generated<number>;
  updated: Generated<number>;
}
