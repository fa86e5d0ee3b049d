import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Creates the data folder and returns its absolute path.
 *
 * @throws NoDataFolder with a message for the user
 */
export function createDataFolder(data: string): string {
  const path = resolve(data);
  try {
    createFolder(path);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new NoDataFolder(
      `Cannot create the data folder ${path}: ${reasons[code] ?? code}. Choose another one with --data.`,
    );
  }
  return path;
}

/**
 * Creates a folder and its parents one by one. Node's `mkdir` with `recursive` never returns if the
 * system refuses every folder at that place, as in /proc.
 */
function createFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  if (dirname(path) !== path) createFolder(dirname(path));
  mkdirSync(path);
}

const reasons: Record<string, string> = {
  EACCES: 'you may not write there',
  EPERM: 'you may not write there',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'a file has this name',
  ENOENT: 'a folder cannot be created there',
};

/** Thrown if the data folder cannot be created. */
export class NoDataFolder extends Error {
  override name = 'NoDataFolder';
}
