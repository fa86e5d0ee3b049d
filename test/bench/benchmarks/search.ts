import { openPool, type Pool } from '@parley/database';
import { signToken } from '@parley/service';
import { startStack, waitFor } from '@parley/stack';
import { cpuTime } from '../measure/cpu.ts';
import { quantile } from '../measure/quantile.ts';
import type { Options } from '../options.ts';
import { type PlainResult, searchPlain } from './search-plain.ts';
import { type Built, type Find, type SearchRun, showBuilt, showRuns } from './search-runs.ts';

/**
 * Searches a million messages of one user in 200 chats, half of them Chinese and half English:
 * first without an index, then with it. Reports separately what it costs to build the index,
 * because the api builds it in the background for users who search. Then searches the same messages
 * with PostgreSQL's own indexes, except with `--only parley`.
 */
export async function search({ systems }: Options, report: (line: string) => void): Promise<SearchResult> {
  await using stack = await startStack({ gateways: 1, recorders: 1, env: { ...process.env, ...environment } });
  const pool = openPool({ url: stack.databaseUrl, name: 'bench' });
  try {
    const random = generator(7);
    const words = { chinese: vocabulary(random, chineseWord), english: vocabulary(random, englishWord) };
    report(`Parley: writing ${ROWS} messages of one user`);
    const { owner, chat } = await write(pool, random, words);
    const ask = asker(stack.apiUrl, signToken(secret, { user: owner, session: 'bench', lifetime: 86_400 }));

    report('Parley: searching without an index');
    const first = await timed(() => ask(`q=${words.english[20]}`));
    report('Parley: building the index');
    const pids = [stack.processes.api.pid, stack.databases.postgres?.pid ?? -1];
    const began = { wall: performance.now(), cpu: cpuTime(pids) };
    await waitFor(() => isIndexed(pool, owner), { timeout: 900_000, message: 'the index was not built' });
    const built = {
      seconds: (performance.now() - began.wall) / 1000,
      cpu: (cpuTime(pids) - began.cpu) / ROWS,
      bytes: await indexSize(pool),
    };

    const runs = await searchAll(words, chat, pids, report, (query, peer) => {
      return ask(`q=${query.map(encodeURIComponent).join('%20')}${peer ? `&chat=${peer}` : ''}`);
    });
    const plain =
      systems.length > 1
        ? await searchPlain(pool, owner, pids, report, (find) => searchAll(words, chat, pids, report, find))
        : [];
    return { rows: ROWS, first: first.ms, built, runs, plain };
  } finally {
    await pool.end();
  }
}

/** Measures each kind of search, in all chats and in one chat. */
async function searchAll(
  words: Words,
  chat: number,
  pids: number[],
  report: (line: string) => void,
  find: Find,
): Promise<SearchRun[]> {
  const runs: SearchRun[] = [];
  for (const [name, query] of Object.entries(queries(words))) {
    for (const within of [undefined, chat]) {
      report(`searching ${name}${within ? ' within a chat' : ''}`);
      const times: number[] = [];
      let found = 0;
      let before = 0;
      for (let n = 0; n < WARMUP + SEARCHES; n += 1) {
        if (n === WARMUP) before = cpuTime(pids);
        const { ms, result } = await timed(() => find(query(n), within));
        if (n < WARMUP) continue;
        times.push(ms);
        found += result;
      }
      const cpu = (cpuTime(pids) - before) / SEARCHES / 1000;
      times.sort((a, b) => a - b);
      const figures = { cpu, p50: quantile(times, 0.5), p95: quantile(times, 0.95), found: found / SEARCHES };
      runs.push({ name, within: within !== undefined, ...figures });
    }
  }
  return runs;
}

const ROWS = 1_000_000;
const CHATS = 200;
const WORDS = 12_000;
const WARMUP = 5;
const SEARCHES = 60;
const secret = 'a secret for benchmarks only, long enough';
const environment = {
  NODE_ENV: 'production',
  TOKEN_SECRET: secret,
  SEARCHES_PER_MINUTE: '1000000',
  INDEX_INTERVAL: '1s',
  LOG_LEVEL: 'warn',
};

/**
 * Returns one function per kind of search. It returns the words of the n-th search, and no two
 * searches have the same words.
 */
function queries({ chinese, english }: Words): Record<string, (n: number) => string[]> {
  const pick = (list: string[], from: number, n: number) => list[from + n] as string;
  const either = (from: number) => (n: number) => [pick(n % 2 ? chinese : english, from, n)];
  return {
    common: either(3),
    rare: either(WORDS - 200),
    absent: (n) => [n % 2 ? `鬱龜${n}` : `qqzx${n}`],
    'one character': (n) => [n % 2 ? pick([...COMMON_CHARACTERS], 300, n) : String.fromCharCode(0x61 + (n % 26))],
    'several words': (n) => [40, 90].map((from) => pick(n % 2 ? chinese : english, from, n)),
    'never together': (n) => [pick(chinese, 3, n), pick(english, 3, n)],
  };
}

async function write(pool: Pool, random: () => number, words: Words): Promise<{ owner: number; chat: number }> {
  const { rows } = await pool.query<{ id: number }>(createUsers, [CHATS + 1]);
  const [owner, ...peers] = rows.map((row) => row.id) as [number, ...number[]];
  // The messages are one minute apart. They span two years and end an hour ago.
  const start = Date.now() - 3_600_000 - ROWS * 60_000;
  for (let from = 0; from < ROWS; from += BATCH) {
    const some = Array.from({ length: BATCH }, (_, n) => ({
      id: (Math.max(1, start + (from + n) * 60_000 - MESSAGE_EPOCH) + (from + n)) * 4096,
      peer: peers[Math.floor(random() ** 2 * CHATS)] as number,
      mine: random() < 0.5,
      text: random() < 0.5 ? sentence(random, words.chinese, 4, 20, '') : sentence(random, words.english, 3, 25, ' '),
    }));
    const columns = (['id', 'peer', 'mine', 'text'] as const).map((key) => some.map((it) => it[key]));
    await pool.query(insert, [owner, ...columns]);
  }
  await pool.query(insertChats, [owner]);
  await pool.query('vacuum analyze messages, chats');
  return { owner, chat: peers[20] as number };
}

const BATCH = 10_000;
const MESSAGE_EPOCH = 1_735_689_600_000;

const createUsers = `
  with made as (insert into users (username, name) select 'bench-' || n, 'Bench ' || n from generate_series(1, $1::int) n returning id)
  select id from made order by id`;

const insert = `
  insert into messages (owner_id, peer_id, id, sender_id, body)
  select $1, peer, id, case when mine then $1 else peer end, jsonb_build_object('type', 'text', 'text', text)
  from unnest($2::bigint[], $3::bigint[], $4::boolean[], $5::text[]) as d (id, peer, mine, text)`;

const insertChats = `
  insert into chats (owner_id, peer_id, last_id, last_sender)
  select owner_id, peer_id, max(id), max(sender_id) from messages where owner_id = $1 group by owner_id, peer_id`;

/** Returns whether the indexer has nothing left to do. */
async function isIndexed(pool: Pool, owner: number): Promise<boolean> {
  const { rows } = await pool.query('select due from search_indexes where owner_id = $1', [owner]);
  return (rows[0]?.due ?? 0) > Date.now() + 3_600_000;
}

async function indexSize(pool: Pool): Promise<number> {
  const { rows } = await pool.query(`select pg_total_relation_size('search_index_segments') as bytes`);
  return rows[0].bytes;
}

/**
 * Returns a function that searches once and resolves with the number of messages on the first page.
 */
function asker(url: string, token: string): (query: string) => Promise<number> {
  return async (query) => {
    const answer = await fetch(`${url}/v1/search?${query}`, { headers: { authorization: `Bearer ${token}` } });
    if (answer.status !== 200) throw new Error(`A search answered ${answer.status}: ${await answer.text()}`);
    return ((await answer.json()) as { items: unknown[] }).items.length;
  };
}

async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; result: T }> {
  const began = performance.now();
  const result = await work();
  return { ms: performance.now() - began, result };
}

/**
 * Returns a sentence of random words. The n-th word of the list is 1/n as frequent as the first
 * word, as in natural languages.
 */
function sentence(random: () => number, words: string[], least: number, most: number, space: string): string {
  const length = least + Math.floor(random() * (most - least));
  const chosen = Array.from({ length }, () => words[Math.floor(WORDS ** random()) - 1] as string);
  return chosen.map((word, n) => (n % 7 === 6 ? `${word}${space ? ', ' : '，'}` : `${word}${space}`)).join('');
}

function vocabulary(random: () => number, word: (random: () => number) => string): string[] {
  const words = new Set<string>();
  while (words.size < WORDS) words.add(word(random));
  return [...words];
}

const COMMON_CHARACTERS = Array.from({ length: 2500 }, (_, n) => String.fromCharCode(0x4e00 + ((n * 7) % 18_000))).join(
  '',
);

function chineseWord(random: () => number): string {
  const length = random() < 0.15 ? 1 : random() < 0.8 ? 2 : 3;
  return Array.from({ length }, () => COMMON_CHARACTERS[Math.floor(random() ** 2 * 2500)]).join('');
}

function englishWord(random: () => number): string {
  const letter = (letters: string) => letters[Math.floor(random() * letters.length)];
  const syllables = 1 + Math.floor(random() * 3);
  return Array.from(
    { length: syllables },
    () => `${letter('tnshrdlcmwfgypbvk')}${letter('eaoiu')}${letter('ntrsld')}`,
  ).join('');
}

/**
 * Returns a function that returns numbers from 0 to 1 from a generator with a fixed seed
 * (mulberry32).
 */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Formats one table per system. */
export function showSearch({ rows, first, built, runs, plain }: SearchResult): string {
  return [
    showRuns(`search in ${rows} messages`, runs),
    `first search, without an index: ${first.toFixed(0)} ms`,
    `index built in the background: ${showBuilt(built, rows)}`,
    ...plain.flatMap((it) => [showRuns(it.name, it.runs), `index built: ${showBuilt(it.built, rows)}`]),
  ].join('\n');
}

interface Words {
  /** Words in descending order of frequency. */
  chinese: string[];
  english: string[];
}

export interface SearchResult {
  rows: number;
  /** Ms until the response with the first page, while there is no index. */
  first: number;
  built: Built;
  runs: SearchRun[];
  /** Results of the searches with PostgreSQL's own indexes. */
  plain: PlainResult[];
}
