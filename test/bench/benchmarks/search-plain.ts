import type { Pool } from '@parley/database';
import { cpuTime } from '../measure/cpu.ts';
import type { Built, Find, SearchRun } from './search-runs.ts';

/**
 * Searches the same messages with PostgreSQL's own GIN indexes, for comparison: one of trigrams
 * (`pg_trgm`), and one of arrays that contain all pairs of adjacent characters. The table has the
 * messages of only one user. This is the best case for these indexes, because an index on all users
 * would also return other users' messages.
 */
export async function searchPlain(
  pool: Pool,
  owner: number,
  pids: number[],
  report: (line: string) => void,
  measure: (find: Find) => Promise<SearchRun[]>,
): Promise<PlainResult[]> {
  for (const statement of prepare) await pool.query(statement, statement.includes('$1') ? [owner] : []);
  const results: PlainResult[] = [];
  for (const { name, index, find } of variants) {
    report(`${name}: building the index`);
    const began = { wall: performance.now(), cpu: cpuTime(pids) };
    await pool.query(index);
    const seconds = (performance.now() - began.wall) / 1000;
    await pool.query('vacuum analyze plain');
    const { rows } = await pool.query(`select pg_relation_size('plain_index') as bytes, count(*) as count from plain`);
    const built = { seconds, cpu: (cpuTime(pids) - began.cpu) / rows[0].count, bytes: rows[0].bytes };
    report(`${name}: searching`);
    const runs = await measure(async (words, chat) => {
      const patterns = words.map((word) => `%${word}%`);
      const parameters = [patterns, chat ?? null, ...(find.includes('$3') ? [words.flatMap(pairsOf)] : [])];
      return (await pool.query(find, parameters)).rows.length;
    });
    results.push({ name, built, runs });
    await pool.query('drop index plain_index');
  }
  return results;
}

/** Returns all pairs of adjacent characters in a word. */
function pairsOf(word: string): string[] {
  const characters = [...word];
  return characters.slice(1).map((character, at) => `${characters[at]}${character}`);
}

const prepare = [
  'create extension pg_trgm',
  `create function pairs_of(input text) returns text[] immutable parallel safe language sql return
    array(select distinct substr(input, n, 2) from generate_series(1, greatest(length(input) - 1, 1)) n)`,
  `create table plain as
    select id, peer_id, lower(body ->> 'text') as text, pairs_of(lower(body ->> 'text')) as pairs from messages where owner_id = $1`,
  'alter table plain add primary key (id, peer_id)',
  'create index plain_peer on plain (peer_id, id)',
  'vacuum analyze plain',
];

const where = 'text like all ($1) and ($2::bigint is null or peer_id = $2) order by id desc limit 50';

const variants = [
  {
    name: 'pg_trgm in GIN',
    index: 'create index plain_index on plain using gin (text gin_trgm_ops)',
    find: `select id, text from plain where ${where}`,
  },
  {
    name: 'pairs of characters in GIN',
    index: 'create index plain_index on plain using gin (pairs)',
    find: `select id, text from plain where pairs @> $3::text[] and ${where}`,
  },
];

export interface PlainResult {
  name: string;
  built: Built;
  runs: SearchRun[];
}
