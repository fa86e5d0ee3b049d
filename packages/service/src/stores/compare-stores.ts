/**
 * Compares the progress of PostgreSQL with that of each Redis server. PostgreSQL advances its mark
 * first, then Redis follows, and the next advance waits for all of Redis. Redis is therefore equal
 * or one mark behind. Anything else means that a store was replaced or restored.
 *
 * @param marks the marks of Redis. Read them before `database`, because the database advances first
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

/**
 * Returns whether Redis has a mark that the database has never had, or has assigned differently.
 */
function isAhead(redis: Progress, database: DatabaseProgress): boolean {
  if (redis.mark > database.mark) return true;
  if (redis.mark === database.mark) return redis.nonce !== database.nonce;
  return redis.mark === database.mark - 1 && database.previous !== null && redis.nonce !== database.previous;
}

export const DATABASE_WENT_BACK = 'PostgreSQL is older than Redis: it was restored from a backup';
export const REDIS_WENT_BACK = 'Redis is older than PostgreSQL: it was restored from a backup';

/**
 * `equal`: PostgreSQL may advance. `behind`: Redis must follow. `empty`: a Redis server is new or
 * has lost all data. `mismatch`: the stores do not belong together.
 */
export type Comparison = { state: 'equal' | 'behind' | 'empty' } | { state: 'mismatch'; reason: string };

export interface Progress {
  /** Id of the installation. */
  installation: string;
  mark: number;
  /** A random text, new with each mark. */
  nonce: string;
}

export interface DatabaseProgress extends Progress {
  /** The nonce of the previous mark. Null after the stores were reconciled. */
  previous: string | null;
}
