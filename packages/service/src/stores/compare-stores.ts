/**
 * Compares the progress mark of PostgreSQL with that of each Redis server. (The mark is a counter
 * that both stores contain.) A process increments the mark in PostgreSQL first, copies it to Redis,
 * and increments it again only after all Redis servers have it. The marks in Redis are therefore
 * equal or one behind. Any other difference means that a store was replaced or restored.
 *
 * @param marks the marks of all Redis servers. Read them before `database`, because the mark of the
 * database advances first
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

/** Returns whether Redis has a mark that this database never had or assigned with another nonce. */
function isAhead(redis: Progress, database: DatabaseProgress): boolean {
  if (redis.mark > database.mark) return true;
  if (redis.mark === database.mark) return redis.nonce !== database.nonce;
  return redis.mark === database.mark - 1 && database.previous !== null && redis.nonce !== database.previous;
}

export const DATABASE_WENT_BACK = 'PostgreSQL is older than Redis: it was restored from a backup';
export const REDIS_WENT_BACK = 'Redis is older than PostgreSQL: it was restored from a backup';

/**
 * Result of the comparison. `equal`: the mark in PostgreSQL can be incremented. `behind`: the mark
 * must be copied to Redis. `empty`: a Redis server is new or has lost all data. `mismatch`: the
 * stores do not belong together.
 */
export type Comparison = { state: 'equal' | 'behind' | 'empty' } | { state: 'mismatch'; reason: string };

export interface Progress {
  /** Id of the installation. */
  installation: string;
  mark: number;
  /** Random string that is replaced whenever the mark is incremented. */
  nonce: string;
}

export interface DatabaseProgress extends Progress {
  /** Nonce of the previous mark. Null after the stores were reconciled. */
  previous: string | null;
}
