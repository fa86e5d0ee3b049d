import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Returns the path of a program that is on the PATH. Undefined if the program is not found. */
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
