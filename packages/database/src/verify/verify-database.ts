import type { Pool } from '../open-database.ts';
import { type Check, checks } from './checks.ts';

/** Examples per check. */
const EXAMPLES = 5;

/**
 * Checks the invariants of recorded data: every message in both copies, exact counters, equal
 * marks. Reads all data, but changes and locks nothing. Returns a result per check.
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

/** The result of a check. */
export interface Result extends Pick<Check, 'name' | 'holds'> {
  /** Number of faults. */
  faults: number;
  /** Descriptions of some of the faults. */
  examples: string[];
}
