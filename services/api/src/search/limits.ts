/** Messages of a full segment of the index. */
export const fullSegment = 8192;

/** Unindexed messages at which the indexer adds a segment. A search reads fewer directly. */
export const smallSegment = 512;

/** Maximum of unindexed messages that one search reads. */
export const mostUnindexed = 20_000;
