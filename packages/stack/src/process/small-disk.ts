import { execFile } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import { promisify } from 'node:util';
import { temporaryFolder } from './folder.ts';

const run = promisify(execFile);

/** How often a disk is tried to be filled that others write to meanwhile, and bytes that are left to them more each time. */
const ATTEMPTS = 100;
const SLACK = 16_384;

/**
 * A disk of its own, in memory, that can be full: a folder which does not outlive this process. Rejects where the system does not let
 * this process mount anything.
 * @param size bytes; memory is taken by what is written alone
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
          // It has grown in between.
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

/** A file system of a certain size. */
export interface SmallDisk {
  path: string;
  /** Takes away all that is free, but for what others have written by then: whoever writes more gets ENOSPC. */
  fill(): Promise<void>;
  /** Gives it back. */
  free(): Promise<void>;
  /** Takes the disk away with all that is on it. */
  remove(): Promise<void>;
}
