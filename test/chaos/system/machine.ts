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

/** Size of each database's disk in bytes. Runs of more than an hour would not fill it. */
const sizes = { 'redis-1': 4 * GIB, 'redis-2': 4 * GIB, postgres: 8 * GIB };

/**
 * Disks and clocks of processes that faults can change. If this machine cannot provide one, the
 * reason is stored instead.
 */
export class Machine {
  /** The disk for logs and media. */
  readonly folder: string;
  /** Undefined if the process may not mount a file system. */
  readonly disks: Disks | undefined;
  /** Undefined if libfaketime is not available. */
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

  /** @param names the processes, each of which gets a clock */
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
  // Opens one disk after the other. If the first one fails, opens no others.
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
