import type { Generated } from 'kysely';

/**
 * A segment of the search index: maps terms to one owner's messages with ids from `first_id` to
 * `last_id`. Segments of an owner do not overlap. The index only finds candidates. The rows in
 * `messages` decide which of them match and are visible.
 */
export interface SearchIndexSegmentsTable {
  owner_id: number;
  version: number;
  last_id: number;
  first_id: number;
  /** Number of messages. */
  count: number;
  /** Includes edits and recalls before this date, in Unix ms. */
  built: number;
  /** Whether messages were deleted, so that the segment must be rebuilt. */
  stale: Generated<boolean>;
  /** Peers of its messages. */
  peers: number[];
  /** JSON: the first term of each block of `postings`, and its offset. */
  fences: string;
  /** Blocks of sorted terms, each with the positions of its messages. */
  postings: Buffer;
  /** Id and peer of the message at each position, as two 64-bit floats. */
  ids: Buffer;
}
