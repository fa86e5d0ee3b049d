import { openPool } from '@parley/database';
import { waitFor } from '@parley/stack';
import { describe, expect, it } from 'vitest';
import { Crowd } from './crowd.ts';
import { readMetric } from './metrics.ts';
import { roll } from './roll.ts';
import { BalancedSystem, findBalancer } from './system.ts';

const DRAIN = 1500;

describe.skipIf(!(await findBalancer()))('a rolling restart of all gateways under load, behind a load balancer', () => {
  it('a rolling restart of gateways neither loses nor duplicates a message, and clients send the api no request', async () => {
    await using system = await BalancedSystem.start({ env: { DRAIN_TIME: `${DRAIN}ms` } });
    await using crowd = await Crowd.gather(system.url, 100);
    const asked = async () => {
      const counts = system.apis.map((api) => readMetric(api.url, 'parley_api_request_seconds_count', /route="\/v1/));
      return (await Promise.all(counts)).reduce((sum, count) => sum + count);
    };
    // Each client registered and listed its chats once.
    await waitFor(async () => (await asked()) === 2 * crowd.size);
    const talk = await crowd.talk(100, roll(system));
    expect(talk).toMatchObject({ unacknowledged: 0, refused: 0, lost: 0, doubled: 0 });
    expect(talk.sent).toBeGreaterThan(100);

    await waitFor(() => crowd.online === crowd.size, { message: () => `only ${crowd.online} are back` });
    // Every client had to reconnect at least once, and resumed without a request to the api.
    expect(crowd.absences.length).toBeGreaterThanOrEqual(crowd.size);
    expect(await asked()).toBe(2 * crowd.size);
    // The reconnects are spread over the drain time instead of all being at its start or end.
    const began = Math.min(...crowd.absences.map(({ from }) => from));
    const first = crowd.absences.filter(({ from }) => from < began + DRAIN + 500).map(({ from }) => from - began);
    expect(first.filter((at) => at < DRAIN / 2).length).toBeLessThan(0.9 * first.length);
    expect(first.filter((at) => at < DRAIN / 2).length).toBeGreaterThan(0.1 * first.length);

    const pool = openPool({ url: system.stack.databaseUrl, name: 'test' });
    const count = `select count(*)::int as rows, count(distinct body ->> 'text')::int as texts from messages`;
    const rows = async () => (await pool.query<{ rows: number; texts: number }>(count)).rows[0];
    await waitFor(async () => (await rows())?.texts === talk.sent, { message: 'not all is recorded' });
    expect(await rows()).toEqual({ rows: 2 * talk.sent, texts: talk.sent });
    await pool.end();
  }, 120_000);
});
