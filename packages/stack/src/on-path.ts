import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** The file that a program's name stands for, as a shell would find it; undefined when there is none. */
export async function onPath(name: string): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name);
    const runs = access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (folder && (await runs)) return path;
  }
  return undefined;
}
