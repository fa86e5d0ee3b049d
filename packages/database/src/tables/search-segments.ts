import type { Generated } from 'kysely';

/**
 * The index of one owner's messages with ids from `first_id` to `last_id`: which terms occur in which of them. Those of one
 * owner do not overlap. It names candidates; what a message says and whether it may be seen is up to `messages`.
 */
export interface SearchSegmentsTable {
  owner_id: number;
  last_id: number;
  first_id: number;
  /** Messages in it. */
  count: number;
  /** Edits and recalls dated before this (ms since 1970) are in it. */
  built: number;
  /** Messages of it were deleted: to be built anew. */
  stale: Generated<boolean>;
  /** With whom its messages were exchanged. */
  peers: number[];
  /** JSON: the first term of each block of `postings` and where the block begins. */
  fences: string;
  /** Blocks of terms in order, each term with the places of its messages. */
  postings: Buffer;
  /** For each place the message's id and peer, as two 64-bit floats. */
  ids: Buffer;
}
