import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watchdog } from './watchdog.ts';

/** Creates a temporary folder. It is deleted by `remove`, or when this process ends. */
export async function temporaryFolder(name: string): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), `parley-${name}-`));
  watchdog.remove(path);
  return {
    path,
    remove: async () => {
      await rm(path, { recursive: true, force: true, maxRetries: 5 });
      watchdog.keep(path);
    },
  };
}

export interface TemporaryFolder {
  path: string;
  remove: () => Promise<void>;
}
