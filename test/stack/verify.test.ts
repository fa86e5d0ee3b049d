import { fileURLToPath } from 'node:url';
import { startStack, waitFor } from '@parley/stack';
import pg from 'pg';
import { expect, it } from 'vitest';
import { createDemoAccounts } from '../../packages/stack/src/demo.ts';
import { Child } from '../../packages/stack/src/process/child.ts';

const script = fileURLToPath(new URL('../../packages/stack/bin/verify.mjs', import.meta.url));

/** Runs `npm run verify`. Returns its output and how it ended. */
async function verify(env: NodeJS.ProcessEnv): Promise<{ ending: string; lines: string[] }> {
  const all = { ...process.env, REDIS_URL: undefined, DATABASE_URL: undefined, ...env };
  const child = new Child({ command: process.execPath, args: [script], env: all });
  await child.exited;
  return { ending: child.ending, lines: child.output.trim().split('\n') };
}

it('npm run verify lists which properties of the data hold and which do not; if one does not, it exits with code 1', async () => {
  await using stack = await startStack();
  await createDemoAccounts(stack.apiUrl, stack.gatewayUrls[0] ?? '');
  const { databaseUrl, redisUrl } = stack;
  const env = { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl };
  const pool = new pg.Pool({ connectionString: databaseUrl });
  const copies = async () => Number((await pool.query('select count(*) from messages')).rows[0].count);
  await waitFor(async () => (await copies()) === 8, { message: 'the messages were not recorded' });

  const whole = await verify(env);
  expect(whole.ending).toBe('exit code 0');
  expect(whole.lines.length).toBeGreaterThan(10);
  expect(whole.lines.filter((line) => !line.startsWith('ok '))).toEqual([]);

  await pool.query(
    'delete from messages where (owner_id, id) = (select owner_id, id from messages order by id, owner_id limit 1)',
  );
  await pool.end();
  const broken = await verify(env);
  expect(broken.ending).toBe('exit code 1');
  expect(broken.lines).toContainEqual(expect.stringMatching(/^NOT +copies .*: 1 exceptions$/));
  // The inboxes also lack this message.
  expect(broken.lines).toContainEqual(expect.stringMatching(/^NOT +recorded /));

  expect((await verify({})).ending).toBe('exit code 2');
}, 120_000);
