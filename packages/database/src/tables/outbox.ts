import type { Generated } from 'kysely';
import type { JsonColumn } from './last-message.ts';

/**
 * A notice to Redis about a change in this database. Written in the transaction of the change,
 * deleted after Redis has all of it.
 */
export interface OutboxTable {
  id: Generated<number>;
  notice: JsonColumn;
  /** When any replica may deliver it, in Unix ms. Until then the process that wrote it does. */
  due: number;
}
