import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, root, type Stack, startService, startStack, temporaryFolder } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const TOKEN_SECRET = 'a secret of these tests that is long enough';

describe('the files of an image', () => {
  let stack: Stack;

  beforeAll(async () => {
    stack = await startStack({ env: { TOKEN_SECRET } });
  });
  afterAll(() => stack?.stop());

  it.each(['api', 'gateway', 'recorder'] as const)(
    'the files of an image start %s without the packages of the repository',
    async (entry) => {
      const folder = await temporaryFolder('image');
      await run('node', [join(root, 'deploy/images/collect.mjs'), entry, join(folder.path, 'services', entry, 'dist')]);
      // Without NODE_PATH, by which a test also finds packages of the repository.
      const env = { PATH: process.env.PATH, REDIS_URL: stack.redisUrl, DATABASE_URL: stack.databaseUrl, TOKEN_SECRET };
      const port = await freePort();
      const service = await startService({ name: entry, entry, folder: folder.path, host: '127.0.0.1', port, env });
      expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
      await service.stop();
      await folder.remove();
    },
  );
});
