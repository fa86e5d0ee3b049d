import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { collectGarbage } from './inspector.ts';

/** Returns the total resident memory of processes in bytes. Linux only. */
export function residentMemory(pids: number[]): number {
  return pids
    .map((pid) => Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024)
    .reduce((sum, bytes) => sum + bytes, 0);
}

/**
 * Returns the memory of the kernel, which includes socket buffers and descriptors, in bytes. Linux
 * only.
 */
export function kernelMemory(): number {
  const text = readFileSync('/proc/meminfo', 'utf8');
  const slab = Number(/^Slab:\s+(\d+) kB$/m.exec(text)?.[1]) * 1024;
  const pages = Number(/^TCP: .* mem (\d+)$/m.exec(readFileSync('/proc/net/sockstat', 'utf8'))?.[1]) * 4096;
  return slab + pages;
}

/**
 * Returns the resident memory of Node processes after garbage collection, once it has been stable
 * for a second.
 */
export async function settledMemory(pids: number[]): Promise<number> {
  for (const pid of pids) await collectGarbage(pid);
  let last = residentMemory(pids);
  for (let attempt = 0; attempt < 20; attempt++) {
    await delay(1000);
    const now = residentMemory(pids);
    if (Math.abs(now - last) < 64 * 1024 * pids.length) return now;
    last = now;
  }
  return last;
}
