import type { Generated } from 'kysely';

/** A user or group whose messages are indexed because somebody searched them. */
export interface SearchOwnersTable {
  owner_id: number;
  /** Messages up to here stand in `search_segments`; those above are searched as they are. */
  horizon_id: Generated<number>;
  /** When somebody last searched here, to the day. */
  searched: Generated<number>;
  /** From when on the indexer is to look; null for not at all. */
  due: number | null;
}
