import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createCluster } from './create-cluster.ts';

it('createCluster rejects with the last line of initdb if no line contains an error', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'parley-initdb-'));
  // Root runs initdb as `nobody`.
  await chmod(folder, 0o755);
  const reason = 'initdb: could not look up effective user ID 12345: user does not exist';
  const initdb = join(folder, 'initdb');
  await writeFile(initdb, `#!/bin/sh\necho begins\necho '${reason}' >&2\nexit 1\n`, { mode: 0o755 });
  try {
    await expect(createCluster(join(folder, 'data'), { initdb, postgres: '' }, 'secret')).rejects.toThrow(reason);
  } finally {
    await rm(folder, { recursive: true });
  }
});
