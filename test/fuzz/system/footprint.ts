import { readdirSync } from 'node:fs';
import type { Stack } from '@parley/stack';
import { residentMemory, settledMemory } from '../../bench/measure/memory.ts';

/**
 * What the processes that clients reach hold, after they collected their garbage. Linux only;
 * elsewhere nothing is known.
 */
export async function footprint({ processes: { api, gateways } }: Stack): Promise<Footprint[]> {
  if (process.platform !== 'linux') return [];
  const found: Footprint[] = [];
  for (const { name, pid } of [api, ...gateways]) {
    // Collecting garbage needs Node's debugger, which has one port for all processes of a machine.
    // If the port is in use, garbage is counted too.
    const memory = await settledMemory([pid]).catch(() => residentMemory([pid]));
    found.push({ name, memory, handles: readdirSync(`/proc/${pid}/fd`).length });
  }
  return found;
}

export interface Footprint {
  name: string;
  /** Resident bytes. */
  memory: number;
  /** Open files and sockets. */
  handles: number;
}
