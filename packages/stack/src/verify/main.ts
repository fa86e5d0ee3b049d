import { parseArgs } from 'node:util';
import { verify } from './verify.ts';

const { env, stdout, stderr } = process;
const { values } = parseArgs({
  options: { users: { type: 'string', default: '2000' }, json: { type: 'boolean', default: false } },
});
const { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, BUCKETS = '64' } = env;
if (!databaseUrl) {
  stderr.write('Set DATABASE_URL. Set REDIS_URL too to check the inboxes\n');
  process.exit(2);
}
const results = await verify({ databaseUrl, redisUrl, buckets: Number(BUCKETS), users: Number(values.users) });
if (values.json) stdout.write(`${JSON.stringify(results, null, 2)}\n`);
else
  for (const { name, holds, faults, examples } of results) {
    stdout.write(
      `${faults === 0 ? 'ok  ' : 'NOT '} ${name.padEnd(13)} ${holds}${faults === 0 ? '' : `: ${faults} exceptions`}\n`,
    );
    for (const example of examples) stdout.write(`       ${example}\n`);
  }
process.exit(results.some(({ faults }) => faults > 0) ? 1 : 0);
