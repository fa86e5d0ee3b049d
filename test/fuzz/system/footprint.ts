import { readdirSync } from 'node:fs';
import type { Stack } from '@parley/stack';
import { residentMemory, settledMemory } from '../../bench/measure/memory.ts';

/**
 * Measures the memory and open files of the processes that clients connect to, after garbage
 * collection. Empty on systems other than Linux.
 */
export async function footprint({ processes: { api, gateways } }: Stack): Promise<Footprint[]> {
  if (process.platform !== 'linux') return [];
  const found: Footprint[] = [];
  for (const { name, pid } of [api, ...gateways]) {
    // Node.js's debugger triggers the garbage collection. All processes of a machine share the
    // debugger's port. If another process uses the port, the memory includes garbage.
    const memory = await settledMemory([pid]).catch(() => residentMemory([pid]));
    found.push({ name, memory, handles: readdirSync(`/proc/${pid}/fd`).length });
  }
  return found;
}

export interface Footprint {
  name: string;
  /** Resident bytes. */
  memory: number;
  /** Number of open files and sockets of the process. */
  handles: number;
}
