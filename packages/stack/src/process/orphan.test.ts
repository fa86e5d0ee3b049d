import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Child } from './child.ts';
import { temporaryFolder } from './folder.ts';
import { endOrphan } from './orphan.ts';

const folder = await temporaryFolder('orphan');
afterAll(() => folder.remove());

const sleeper = () => new Child({ command: 'sleep', args: ['60'] });

it('endOrphan ends an orphaned server process by the pid in its pid file', async () => {
  const orphan = sleeper();
  const pidFile = join(folder.path, 'sleep.pid');
  await writeFile(pidFile, `${orphan.pid}\n/somewhere\n`);
  await endOrphan(pidFile, 'sleep', 'SIGTERM');
  await orphan.exited;
  expect(orphan.ending).toBe('SIGTERM');
  expect(existsSync(pidFile)).toBe(false);
});

it('endOrphan does not end another program that has got the same pid', async () => {
  const stranger = sleeper();
  const pidFile = join(folder.path, 'redis.pid');
  await writeFile(pidFile, `${stranger.pid}`);
  await endOrphan(pidFile, 'redis', 'SIGTERM');
  expect(stranger.running).toBe(true);
  await stranger.stop();
});

it('endOrphan does nothing if no pid file exists', async () => {
  await endOrphan(join(folder.path, 'none.pid'), 'redis', 'SIGTERM');
});
