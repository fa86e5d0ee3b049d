import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Stack, startStack, type TemporaryFolder, temporaryFolder, waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freezePostgres } from '../outages/freeze-postgres.ts';
import { Traffic } from '../outages/traffic.ts';

/**
 * Number of failed requests after which an outage ends. Without suppression, each would log a line.
 */
const FAILURES = 40;

let folder: TemporaryFolder;
let stack: Stack;
let traffic: Traffic;
beforeAll(async () => {
  folder = await temporaryFolder('outage-logs');
  const env = { SEND_POLICY: 'anyone', PROBE_INTERVAL: '500ms', DATABASE_TIMEOUT: '1s' };
  stack = await startStack({ dataDir: folder.path, env });
  traffic = await Traffic.start(stack);
}, 60_000);
afterAll(async () => {
  traffic?.stop();
  await stack?.stop();
  await folder?.remove();
});

interface Line {
  level: string;
  msg: string;
  dependency?: string;
  reason?: string;
  seconds?: number;
}

async function linesOf(name: string): Promise<Line[]> {
  const text = await readFile(join(folder.path, `logs/${name}.log`), 'utf8');
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line);
}

/**
 * Makes a server unavailable until `FAILURES` requests have failed and these services have noticed
 * it. Then ends the outage. Resolves with the lines that each service logged until it noticed the
 * end.
 */
async function linesDuring(dependency: string, services: string[], begin: () => Promise<() => Promise<void> | void>) {
  const before = await Promise.all(services.map(async (name) => (await linesOf(name)).length));
  const since = () => Promise.all(services.map(async (name, i) => (await linesOf(name)).slice(before[i])));
  const all = async (event: string) =>
    (await since()).every((lines) => lines.some((line) => line.msg === event && line.dependency === dependency));
  const failed = traffic.failed + FAILURES;
  const end = await begin();
  try {
    await waitFor(() => all('dependency unavailable'), { timeout: 20_000, message: 'nobody names the server' });
    await waitFor(() => traffic.failed >= failed, { timeout: 30_000, message: 'requests do not fail' });
  } finally {
    await end();
  }
  await waitFor(() => all('dependency available again'), { timeout: 20_000, message: 'nobody reports the end' });
  return await since();
}

function expectFew(lines: Line[][]): void {
  for (const each of lines) {
    expect(each.filter(({ level }) => level === 'error' || level === 'warn').map(({ msg }) => msg)).toEqual(
      expect.arrayContaining(['dependency unavailable', 'dependency available again']),
    );
    expect(each.length, JSON.stringify(each.map(({ msg }) => msg))).toBeLessThan(20);
  }
}

describe('the log during an outage', () => {
  const everybody = ['gateway-1', 'api', 'recorder-1'];

  it('while Redis is frozen, each service logs fewer than 20 lines, two of which report the outage of Redis and its end', async () => {
    const { pid } = stack.databases.redis[0] ?? { pid: 0 };
    const lines = await linesDuring('redis', everybody, async () => {
      process.kill(pid, 'SIGSTOP');
      return () => void process.kill(pid, 'SIGCONT');
    });
    expectFew(lines);
    expect(lines[0]).toContainEqual(
      expect.objectContaining({ reason: expect.stringMatching(/^Redis (is unavailable|does not respond)$/) }),
    );
  });

  it('while Redis is down, each service logs fewer than 20 lines, two of which report the outage of Redis and its end', async () => {
    const redis = stack.databases.redis[0];
    const lines = await linesDuring('redis', everybody, async () => {
      await redis?.kill();
      return () => redis?.restart();
    });
    expectFew(lines);
  });

  it('while PostgreSQL is frozen, each service logs fewer than 20 lines, two of which report the outage and its end', async () => {
    const { pid } = stack.databases.postgres ?? { pid: 0 };
    expectFew(await linesDuring('postgresql', ['api', 'recorder-1'], () => freezePostgres(pid)));
  });
});
