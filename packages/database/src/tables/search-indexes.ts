import type { Generated } from 'kysely';

/**
 * The search index of a user's or group's messages, in one version. The first search creates it.
 * Each release reads and builds the version that it supports.
 */
export interface SearchIndexesTable {
  owner_id: number;
  version: number;
  /** Messages up to this id are in `search_index_segments`. Newer ones are searched directly. */
  horizon_id: Generated<number>;
  /** Date of the last search, rounded to days. */
  searched: Generated<number>;
  /** When the indexer runs next. Null: not scheduled. */
  due: number | null;
}
