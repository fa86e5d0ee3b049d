/**
 * Compares the progress of PostgreSQL with that of each Redis server. PostgreSQL advances its mark
 * first, then Redis follows, and the next advance waits for all of Redis. So Redis is equal or one
 * mark behind; anything else means that a store was replaced or restored.
 *
 * @param marks must be read before `database`, since the database advances first
 */
export function compareStores(database: DatabaseProgress, marks: readonly (Progress | undefined)[]): Comparison {
  const present = marks.filter((mark) => mark !== undefined);
  const foreign = present.find((mark) => mark.installation !== database.installation);
  if (foreign) {
    const ids = `Redis is of installation ${foreign.installation}, PostgreSQL of ${database.installation}`;
    return { state: 'mismatch', reason: `Redis and PostgreSQL belong to different installations: ${ids}` };
  }
  if (present.some((mark) => isAhead(mark, database))) return { state: 'mismatch', reason: DATABASE_WENT_BACK };
  if (present.some((mark) => mark.mark < database.mark - 1)) return { state: 'mismatch', reason: REDIS_WENT_BACK };
  if (present.length < marks.length) return { state: 'empty' };
  return { state: present.every((mark) => mark.mark === database.mark) ? 'equal' : 'behind' };
}

/** Redis has seen a mark that the database has not, or that it assigned differently. */
function isAhead(redis: Progress, database: DatabaseProgress): boolean {
  if (redis.mark > database.mark) return true;
  if (redis.mark === database.mark) return redis.nonce !== database.nonce;
  return redis.mark === database.mark - 1 && database.previous !== null && redis.nonce !== database.previous;
}

export const DATABASE_WENT_BACK = 'PostgreSQL is older than Redis: it was restored from a backup';
export const REDIS_WENT_BACK = 'Redis is older than PostgreSQL: it was restored from a backup';

/**
 * `equal`: PostgreSQL may advance. `behind`: Redis has to follow. `empty`: a Redis server is new or
 * lost everything. `mismatch`: the stores do not belong together.
 */
export type Comparison = { state: 'equal' | 'behind' | 'empty' } | { state: 'mismatch'; reason: string };

export interface Progress {
  /** Id of the installation. */
  installation: string;
  mark: number;
  /** Random; assigned with the mark. */
  nonce: string;
}

export interface DatabaseProgress extends Progress {
  /** The nonce of the mark before; null after the stores were reconciled. */
  previous: string | null;
}
