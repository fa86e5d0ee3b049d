import { open, readFile, rename } from 'node:fs/promises';
import { applyWrites } from './memory-store.ts';
import type { Store } from './store.ts';

/**
 * Creates a store in a JSON file, for programs on Node.js. A write syncs a new file to disk and
 * renames it over the old one, so that the file is complete even after a crash.
 *
 * @param path path of the file, in an existing folder. The file itself need not exist
 */
export function fileStore(path: string): Store {
  let values: Map<string, unknown> | undefined;
  let last = Promise.resolve();
  const load = async () => {
    values ??= new Map(Object.entries(JSON.parse((await readIfExists(path)) ?? '{}')));
    return values;
  };
  const write = async (changes: Record<string, unknown>) => {
    const next = new Map(await load());
    applyWrites(next, changes);
    const file = await open(`${path}.new`, 'w', 0o600);
    try {
      await file.writeFile(JSON.stringify(Object.fromEntries(next)));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${path}.new`, path);
    values = next;
  };
  return {
    read: async () => new Map(await load()),
    write: (changes) => {
      const done = last.then(() => write(changes));
      last = done.catch(() => {});
      return done;
    },
    close: () => last,
  };
}

async function readIfExists(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
