import type { Generated } from 'kysely';

/** A user or group whose messages are indexed. The index is created with the first search. */
export interface SearchOwnersTable {
  owner_id: number;
  /** Messages up to this id are in `search_segments`. Newer ones are searched without an index. */
  horizon_id: Generated<number>;
  /** Day of the last search. */
  searched: Generated<number>;
  /** When the indexer runs next. Null: not scheduled. */
  due: number | null;
}
