/**
 * Version of the search index. Increase it with every change of `indexTerms`, `filterTerms` or
 * `SegmentBuilder`: then indexes of other versions are rebuilt in the background.
 */
export const INDEX_VERSION = 2;

/** Number of messages in a full segment of the index. */
export const fullSegment = 8192;

/**
 * Number of unindexed messages from which the indexer adds a segment. Below this number, a search
 * reads the messages directly.
 */
export const smallSegment = 512;

/** Maximum number of unindexed messages that one search reads. */
export const mostUnindexed = 20_000;

/**
 * Approximate maximum number of candidates that one search reads from the index. Few searches have
 * more candidates.
 */
export const mostCandidates = 20_000;
