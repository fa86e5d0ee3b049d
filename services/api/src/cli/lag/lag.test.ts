import { record } from '@parley/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestApi } from '../../../test/test-api.ts';
import { runLag } from './run-lag.ts';

let api: TestApi;
let env: Record<string, string>;
beforeAll(async () => {
  api = await TestApi.start({ OUTBOX_INTERVAL: '1h' });
  env = { DATABASE_URL: api.config.database.url, REDIS_URL: api.config.redis.url };
});
afterAll(() => api[Symbol.asyncDispose]());

describe('parley lag', () => {
  it('parley lag prints how many entries per bucket wait for the recorder and how many notices are overdue', async () => {
    const empty = await runLag([], env);
    expect(empty).toEqual({
      output: 'No entry waits for the recorder.\nNo notice of a change is overdue.',
      failed: false,
    });
    for (const id of [1, 2]) await record(api.redis, { kind: 'recall', user: 1, chat: 2, id, date: 1 });
    await record(api.redis, { kind: 'recall', user: 3, chat: 4, group: true, id: 1, date: 1 });
    const due = Date.now() - 90_000;
    await api.db.insertInto('outbox').values({ notice: '{}', due }).execute();

    const { output, failed } = await runLag(['--json'], env);
    const { records, notices } = JSON.parse(output);
    const { keys } = api.redis;
    expect(failed).toBe(false);
    expect(notices).toEqual({ overdue: 1, oldest: due });
    expect(records).toMatchObject({ entries: 3, bytes: expect.any(Number), oldest: expect.any(Number) });
    expect(records.buckets).toContainEqual({
      ...{ bucket: keys.home('1_2'), entries: 2 },
      ...{ bytes: expect.any(Number), oldest: records.oldest },
    });
    const { output: text } = await runLag([], env);
    expect(text).toMatch(/^3 entries in 2 buckets wait for the recorder: \d+ bytes, the oldest since \d+ s \(/);
    expect(text).toMatch(/^bucket +entries +bytes +oldest$/m);
    expect(text).toMatch(new RegExp(`^${keys.home('1_2')} +2 +\\d+ +\\d{4}-.*Z$`, 'm'));
    expect(text).toMatch(/^1 notices of changes are overdue, the oldest since \d+ s/m);
  });

  it('parley lag prints the backlog of the recorder while PostgreSQL is down', async () => {
    const { output, failed } = await runLag([], { ...env, DATABASE_URL: 'postgres://x@127.0.0.1:9/none' });
    expect(failed).toBe(true);
    expect(output).toContain('wait for the recorder');
    expect(output).toMatch(/^PostgreSQL: .*ECONNREFUSED/m);
  });

  it('parley lag reports wrong settings and options', async () => {
    const wrong = (argv: string[], more: object) => runLag(argv, { ...env, ...more });
    await expect(wrong([], { BUCKETS: 'many' })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('BUCKETS'),
    });
    await expect(wrong(['--all'], {})).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('parley lag [--json]'),
    });
  });
});
