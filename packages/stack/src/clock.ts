import { access, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unpacked } from './unpack.ts';

/** Maximum number of seconds after which a process notices that its clock was set. */
const NOTICE = 1;

/**
 * Finds libfaketime, a library that changes the wall clock of a process. On Debian or Ubuntu,
 * downloads and unpacks it if it is not installed. Rejects if it is not available.
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

/**
 * Creates wall clocks that tests can set for single processes. Does not change monotonic clocks,
 * which measure durations.
 */
export class Clocks {
  readonly #library: string;
  readonly #folder: string;

  /** @param folder existing folder in which each clock has a file */
  constructor(library: string, folder: string) {
    this.#library = library;
    this.#folder = folder;
  }

  /** Creates a clock, which shows the real time at first. */
  async make(name: string): Promise<Clock> {
    const file = join(this.#folder, `${name}.clock`);
    const set = async (seconds: number) => {
      await writeFile(`${file}.new`, `${seconds < 0 ? '-' : '+'}${Math.abs(seconds)}\n`);
      await rename(`${file}.new`, file);
    };
    await set(0);
    const env = {
      // Lets the process use malloc of libc, because jemalloc, which Redis uses, reads the clock
      // before libfaketime is initialised.
      LD_PRELOAD: `${this.#library} libc.so.6`,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_CACHE_DURATION: String(NOTICE),
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    };
    return { name, env, set };
  }

  /** Removes the shared memory that killed processes have left. */
  async sweep(): Promise<void> {
    for (const name of await readdir('/dev/shm').catch(() => [])) {
      const [, pid] = /^(?:sem\.)?faketime_(?:sem|shm)_(\d+)$/.exec(name) ?? [];
      if (pid && !(await runs(pid))) await rm(join('/dev/shm', name), { force: true });
    }
  }
}

/** Returns whether the process with this pid is running. */
function runs(pid: string): Promise<boolean> {
  return access(`/proc/${pid}`).then(
    () => true,
    () => false,
  );
}

/** A wall clock that one or several processes use. */
export interface Clock {
  name: string;
  /** Environment variables for processes that use the clock. */
  env: NodeJS.ProcessEnv;
  /**
   * Sets the clock this number of seconds ahead of the real time, or behind it if negative.
   * Processes notice the change within 2 s.
   */
  set(seconds: number): Promise<void>;
}
