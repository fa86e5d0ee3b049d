/**
 * Version of the terms and of the form of segments. Raise it with every change of `indexTerms`,
 * `filterTerms` or `SegmentBuilder`: indexes of other versions are built again in the background.
 */
export const INDEX_VERSION = 2;

/** Messages of a full segment of the index. */
export const fullSegment = 8192;

/** Unindexed messages at which the indexer adds a segment. A search reads fewer directly. */
export const smallSegment = 512;

/** Maximum number of unindexed messages that one search reads. */
export const mostUnindexed = 20_000;

/** Candidates of the index that one search reads, approximately. Few searches have so many. */
export const mostCandidates = 20_000;
