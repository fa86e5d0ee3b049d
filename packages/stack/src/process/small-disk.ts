import { execFile } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import { promisify } from 'node:util';
import { temporaryFolder } from './folder.ts';

const run = promisify(execFile);

/**
 * Maximum number of attempts to fill the disk. An attempt fails if other files grow at the same
 * time. Each further attempt leaves SLACK more bytes free.
 */
const ATTEMPTS = 100;
const SLACK = 16_384;

/**
 * Mounts a file system of limited size in memory, in a folder that is removed when this process
 * ends. Rejects if the process is not allowed to mount.
 *
 * @param size size in bytes. Only bytes that are written use memory
 */
export async function openSmallDisk(name: string, size: number): Promise<SmallDisk> {
  const folder = await temporaryFolder(name);
  const { path } = folder;
  const mount = (options: string) => run('mount', ['-t', 'tmpfs', '-o', options, 'parley', path]);
  try {
    await mount(`size=${size},mode=755`);
  } catch (error) {
    await folder.remove();
    const { stderr } = error as { stderr?: string };
    throw new Error(stderr?.trim().split('\n')[0] || String(error));
  }
  const resize = async (bytes: number) => {
    await mount(`remount,size=${bytes}`);
  };
  return {
    path,
    fill: async () => {
      for (let attempt = 1; ; attempt += 1) {
        const { blocks, bfree, bsize } = await statfs(path);
        try {
          return await resize((blocks - bfree) * bsize + (attempt - 1) * SLACK);
        } catch (error) {
          // Retries, because another file has grown since the free space was measured.
          if (attempt >= ATTEMPTS) throw error;
        }
      }
    },
    free: () => resize(size),
    remove: async () => {
      await run('umount', ['-l', path]);
      await folder.remove();
    },
  };
}

/** A file system of limited size in memory. */
export interface SmallDisk {
  path: string;
  /** Fills the free space, so that further writes fail with ENOSPC. */
  fill(): Promise<void>;
  /** Frees the space that `fill` has used. */
  free(): Promise<void>;
  /** Unmounts the file system and deletes its files. */
  remove(): Promise<void>;
}
