import { access, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unpacked } from './unpack.ts';

/** Seconds until a process takes notice of its clock's having been set. */
const NOTICE = 1;

/**
 * The library that tells processes another time: libfaketime, as it is installed, or fetched once with the means of Debian or Ubuntu and
 * unpacked into the cache folder. Rejects where it cannot be had.
 */
export async function findFaketime(report: (line: string) => void = () => {}): Promise<string> {
  const machine = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }[process.arch as string];
  if (process.platform !== 'linux' || !machine)
    throw new Error('libfaketime is looked for on Linux on x64 and arm64 alone');
  const program = `usr/lib/${machine}/faketime/libfaketimeMT.so.1`;
  const installed = `/${program}`;
  const there = await access(installed).then(
    () => true,
    () => false,
  );
  if (there) return installed;
  const packages = ['libfaketime'];
  const { command } = await unpacked(
    { name: 'faketime', title: 'libfaketime', size: '50 KB', packages, program },
    report,
  );
  return command;
}

/** Wall clocks of processes, each of which can be set. What measures durations, the monotonic clock, is left alone, as by any clock that is set. */
export class Clocks {
  readonly #library: string;
  readonly #folder: string;

  /** @param folder that is there, for a file of each clock */
  constructor(library: string, folder: string) {
    this.#library = library;
    this.#folder = folder;
  }

  /** A new clock, which is right. */
  async make(name: string): Promise<Clock> {
    const file = join(this.#folder, `${name}.clock`);
    const set = async (seconds: number) => {
      await writeFile(`${file}.new`, `${seconds < 0 ? '-' : '+'}${Math.abs(seconds)}\n`);
      await rename(`${file}.new`, file);
    };
    await set(0);
    const env = {
      // With the memory of libc: jemalloc, which Redis brings, asks for the time before the library can tell it.
      LD_PRELOAD: `${this.#library} libc.so.6`,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_CACHE_DURATION: String(NOTICE),
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    };
    return { name, env, set };
  }

  /** Removes what the library leaves of processes that were killed. */
  async sweep(): Promise<void> {
    for (const name of await readdir('/dev/shm').catch(() => [])) {
      const [, pid] = /^(?:sem\.)?faketime_(?:sem|shm)_(\d+)$/.exec(name) ?? [];
      if (pid && !(await runs(pid))) await rm(join('/dev/shm', name), { force: true });
    }
  }
}

/** Whether a process of this number runs. */
function runs(pid: string): Promise<boolean> {
  return access(`/proc/${pid}`).then(
    () => true,
    () => false,
  );
}

/** A wall clock. */
export interface Clock {
  name: string;
  /** Environment of the processes that go by it. */
  env: NodeJS.ProcessEnv;
  /** Sets it this many seconds ahead, or behind where negative; processes take notice within a second or two. */
  set(seconds: number): Promise<void>;
}
