import type { Pool } from '../open-database.ts';
import { type Check, checks } from './checks.ts';

/** Examples per check. */
const EXAMPLES = 5;

/**
 * Checks the invariants of the recorded data, such as: every message is in both copies, counters
 * are exact, and both users have the same read marks. Reads all data, but neither changes nor locks
 * it. Returns one result per check.
 */
export async function verifyDatabase(pool: Pool): Promise<Result[]> {
  const results: Result[] = [];
  for (const { name, holds, text } of checks) {
    const { rows } = await pool.query<{ what: string; total: number }>(
      `select what, count(*) over () as total from (${text}) faults limit ${EXAMPLES}`,
    );
    results.push({ name, holds, faults: rows[0]?.total ?? 0, examples: rows.map(({ what }) => what) });
  }
  return results;
}

/** Result of one check. */
export interface Result extends Pick<Check, 'name' | 'holds'> {
  /** Number of faults. */
  faults: number;
  /** Descriptions of some of the faults that the check found. */
  examples: string[];
}
