import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Clock,
  Clocks,
  findFaketime,
  openSmallDisk,
  type SmallDisk,
  type TemporaryFolder,
  temporaryFolder,
} from '@parley/stack';

const GIB = 2 ** 30;

/**
 * Size in bytes of the disk for each server's data. Even a run of more than an hour does not fill
 * it, unless a fault does.
 */
const sizes = { 'redis-1': 4 * GIB, 'redis-2': 4 * GIB, postgres: 8 * GIB };

/**
 * The disks and clocks of processes, which faults can fill or set. If this machine cannot provide
 * them, stores the reason.
 */
export class Machine {
  /** Disk for the services' logs and media. */
  readonly folder: string;
  /** Disks that faults can fill. Undefined if this process is not allowed to mount file systems. */
  readonly disks: Disks | undefined;
  /** Clocks that faults can set. Empty if libfaketime is not available. */
  readonly clocks: readonly Clock[];
  readonly noDisks: string | undefined;
  readonly noClocks: string | undefined;
  readonly #remove: () => Promise<void>;
  readonly #sweep: () => Promise<void>;

  private constructor(parts: Parts) {
    this.folder = parts.folder.path;
    this.#remove = parts.folder.remove;
    this.disks = parts.disks instanceof Error ? undefined : parts.disks;
    this.noDisks = parts.disks instanceof Error ? parts.disks.message : undefined;
    this.clocks = parts.clocks instanceof Error ? [] : parts.clocks;
    this.noClocks = parts.clocks instanceof Error ? parts.clocks.message : undefined;
    this.#sweep = parts.sweep;
  }

  /** @param names names of the processes, each of which gets a clock of its own */
  static async start(names: readonly string[]): Promise<Machine> {
    const folder = await temporaryFolder('chaos');
    await mkdir(join(folder.path, 'logs'));
    const disks = await openDisks().catch(asError);
    const library = await findFaketime().catch(asError);
    if (library instanceof Error) return new Machine({ folder, disks, clocks: library, sweep: async () => {} });
    const clocks = new Clocks(library, folder.path);
    const made = await Promise.all(names.map((name) => clocks.make(name)));
    return new Machine({ folder, disks, clocks: made, sweep: () => clocks.sweep() });
  }

  async stop(): Promise<void> {
    await Promise.all(Object.values(this.disks ?? {}).map((disk) => disk.remove()));
    await this.#sweep();
    await this.#remove();
  }
}

async function openDisks(): Promise<Disks> {
  const open = (name: keyof typeof sizes) => openSmallDisk(`chaos-${name}`, sizes[name]);
  // Opens one disk after the other, so that none is left open if the first one fails.
  return { 'redis-1': await open('redis-1'), 'redis-2': await open('redis-2'), postgres: await open('postgres') };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

type Disks = Record<keyof typeof sizes, SmallDisk>;

interface Parts {
  folder: TemporaryFolder;
  disks: Disks | Error;
  clocks: Clock[] | Error;
  sweep(): Promise<void>;
}
