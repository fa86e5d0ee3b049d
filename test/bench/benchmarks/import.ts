import { createHash } from 'node:crypto';
import { type ImportLine, ParleyServer } from '@parley/server';
import { startStack } from '@parley/stack';
import { cpuTime } from '../measure/cpu.ts';
import { table } from '../report/table.ts';

const MESSAGES = 100_000;
const USERS = 200;
const GROUPS = 20;
const GROUP_MEMBERS = 20;

/**
 * Imports 100,000 messages and read marks that span three years. A fifth of the messages are in
 * groups. Then imports the same lines again, which changes nothing.
 */
export async function importing(report: (line: string) => void): Promise<ImportResult> {
  const apiKey = 'key-of-the-benchmark-long-enough-for-anything';
  const hash = createHash('sha256').update(apiKey).digest('hex');
  const env = { ...process.env, API_KEYS: `bench:${hash}:admin` };
  await using stack = await startStack({ gateways: 1, recorders: 1, env });
  const parley = new ParleyServer({ url: stack.apiUrl, apiKey });
  const people = Array.from({ length: USERS }, (_, n) => `user-${n}`);
  for (const user of people) await parley.call('PUT /server/users/{user}', { user });
  for (let n = 0; n < GROUPS; n += 1) {
    const members = people.slice(n, n + GROUP_MEMBERS);
    const owner = members[0] as string;
    await parley.call('PUT /server/groups/{group}', { group: `group-${n}`, name: `Group ${n}`, owner, members });
  }
  const pids = [stack.processes.api.pid, stack.databases.postgres?.pid ?? -1];
  const run = async (): Promise<ImportRun> => {
    const began = { wall: performance.now(), cpu: pids.map((pid) => cpuTime([pid])) };
    const { imported, duplicates, failed } = await parley.importHistory(lines());
    if (failed > 0) throw new Error(`${failed} lines were refused`);
    const seconds = (performance.now() - began.wall) / 1000;
    const [api = 0, postgres = 0] = pids.map((pid, i) => (cpuTime([pid]) - (began.cpu[i] ?? 0)) / MESSAGES);
    return { imported, duplicates, seconds, api, postgres };
  };
  report(`importing ${MESSAGES} messages`);
  const first = await run();
  report('importing them again');
  return { first, again: await run() };
}

function* lines(): Generator<ImportLine> {
  const begin = Date.UTC(2023, 0, 1);
  for (let n = 0; n < MESSAGES; n += 1) {
    const date = begin + n * 900_000;
    const body = { type: 'text' as const, text: `message ${n} ${'x'.repeat(100)}` };
    const group = n % 5 === 0;
    const from = group ? (n % GROUPS) + (n % GROUP_MEMBERS) : (n * 7919) % USERS;
    const to = group ? { group: `group-${n % GROUPS}` } : `user-${(from + 1 + (n % 10)) % USERS}`;
    yield { type: 'message', id: `m-${n}`, from: `user-${from}`, to, date, body };
    if (n % 50 === 0 && !group) yield { type: 'read', user: to as string, chat: `user-${from}`, date };
  }
}

/** Formats the result of the benchmark as one table. */
export function showImport({ first, again }: ImportResult): string {
  const row = (name: string, { seconds, api, postgres }: ImportRun) => [
    name,
    seconds.toFixed(1),
    (MESSAGES / seconds).toFixed(0),
    api.toFixed(0),
    postgres.toFixed(0),
  ];
  return table([
    [`${MESSAGES} messages`, 's', 'messages/s', 'api us/message', 'PostgreSQL us/message'],
    row('imported', first),
    row('imported again', again),
  ]);
}

/** `first`: the import of new messages. `again`: the import of the same messages a second time. */
export interface ImportResult {
  first: ImportRun;
  again: ImportRun;
}

/** CPU in us per imported message. */
interface ImportRun {
  imported: number;
  duplicates: number;
  seconds: number;
  api: number;
  postgres: number;
}
