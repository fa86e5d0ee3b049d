import type { Generated } from 'kysely';

/**
 * The search index of a user's or group's messages, in one version of the index format. The first
 * search creates it. Each release reads and builds the version that it supports.
 */
export interface SearchIndexesTable {
  owner_id: number;
  version: number;
  /**
   * `search_index_segments` contains the messages up to this id. A search reads newer messages from
   * `messages`.
   */
  horizon_id: Generated<number>;
  /** Date of the last search, rounded to days, in Unix ms. */
  searched: Generated<number>;
  /** When the background task builds the index next, in Unix ms. Null: not scheduled. */
  due: number | null;
}
