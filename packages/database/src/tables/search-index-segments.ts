import type { Generated } from 'kysely';

/**
 * A segment of the search index, which maps terms to one owner's messages with ids from `first_id`
 * to `last_id`. The segments of an owner do not overlap. The index only finds candidates: a search
 * checks in `messages` which of them match and are visible.
 */
export interface SearchIndexSegmentsTable {
  owner_id: number;
  version: number;
  last_id: number;
  first_id: number;
  /** Number of messages. */
  count: number;
  /** The segment includes edits and recalls before this date, in Unix ms. */
  built: number;
  /** True if messages were deleted, so that the segment must be rebuilt. */
  stale: Generated<boolean>;
  /** Ids of the peers (users or groups) in whose chats the messages of this segment are. */
  peers: number[];
  /** JSON with the first term of each block of `postings` and the block's offset. */
  fences: string;
  /**
   * Blocks of sorted terms. Each term has the positions in `ids` of the messages that contain it.
   */
  postings: Buffer;
  /** For each position, the message's id and its peer, as two 64-bit floats. */
  ids: Buffer;
}
