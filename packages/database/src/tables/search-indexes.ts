import type { Generated } from 'kysely';

/**
 * The index of a user's or group's messages, by version. It is created with the first search. Each
 * release reads and builds the version that it knows.
 */
export interface SearchIndexesTable {
  owner_id: number;
  version: number;
  /** Messages up to this id are in `search_index_segments`. Newer ones are searched directly. */
  horizon_id: Generated<number>;
  /** Day of the last search. */
  searched: Generated<number>;
  /** When the indexer runs next. Null: not scheduled. */
  due: number | null;
}
