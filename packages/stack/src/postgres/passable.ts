import { statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Returns whether every account may enter the folder at this absolute path and its parents. */
export function passable(folder: string): boolean {
  const above = dirname(folder);
  return (statSync(folder).mode & 0o001) !== 0 && (above === folder || passable(above));
}
