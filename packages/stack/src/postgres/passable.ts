import { statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Returns whether every account is allowed to enter the folder at this absolute path and all of its
 * parents.
 */
export function passable(folder: string): boolean {
  const above = dirname(folder);
  return (statSync(folder).mode & 0o001) !== 0 && (above === folder || passable(above));
}
