/** Messages of a full segment of the index. */
export const fullSegment = 8192;

/** Messages that are not indexed at which the indexer adds a segment; fewer are read as they are. */
export const smallSegment = 512;

/** Messages without an index that one search reads at most. */
export const mostUnindexed = 20_000;
