import { readdirSync } from 'node:fs';
import type { Stack } from '@parley/stack';
import { residentMemory, settledMemory } from '../../bench/measure/memory.ts';

/**
 * Measures the memory and handles of the processes that clients reach, after garbage collection.
 * Linux only. Undefined on other systems.
 */
export async function footprint({ processes: { api, gateways } }: Stack): Promise<Footprint[]> {
  if (process.platform !== 'linux') return [];
  const found: Footprint[] = [];
  for (const { name, pid } of [api, ...gateways]) {
    // Garbage collection is triggered by Node's debugger, which has one port for all processes of a
    // machine. If the port is in use, the result includes garbage.
    const memory = await settledMemory([pid]).catch(() => residentMemory([pid]));
    found.push({ name, memory, handles: readdirSync(`/proc/${pid}/fd`).length });
  }
  return found;
}

export interface Footprint {
  name: string;
  /** Resident bytes. */
  memory: number;
  /** Number of open files and sockets. */
  handles: number;
}
