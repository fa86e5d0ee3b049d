import type { Pool } from '../open-database.ts';
import { type Check, checks } from './checks.ts';

/** Faults of one kind that are named; of more only the number is told. */
const EXAMPLES = 5;

/**
 * Looks whether what was recorded is whole: every message in both copies, counters exact, marks equal. It reads everything, but changes
 * and locks nothing; people may write meanwhile. Answers one result for each check.
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

/** What a check found. */
export interface Result extends Pick<Check, 'name' | 'holds'> {
  /** How many things are wrong. */
  faults: number;
  /** Some of them. */
  examples: string[];
}
