import type { Generated } from 'kysely';
import type { JsonColumn } from './last-message.ts';

/**
 * A notice to Redis about a change in this database, such as changed permits. It is written in the
 * transaction of the change, and deleted after Redis has all parts of it.
 */
export interface OutboxTable {
  id: Generated<number>;
  notice: JsonColumn;
  /**
   * When any replica can deliver the notice, in Unix ms. Until then, only the process that wrote it
   * delivers it.
   */
  due: number;
}
