import type { Generated } from 'kysely';
import type { JsonColumn } from './last-message.ts';

/**
 * What Redis has yet to be told of a change made here. Written in the transaction of the change, so that neither happens
 * without the other; removed once Redis has all of it.
 */
export interface OutboxTable {
  id: Generated<number>;
  notice: JsonColumn;
  /** From when on anyone may deliver it; until then whoever wrote it does. */
  due: number;
}
