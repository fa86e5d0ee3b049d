import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { withDescendants } from './cpu.ts';
import { collectGarbage } from './inspector.ts';

/** Returns the resident memory of processes in bytes, summed. Linux only. */
export function residentMemory(pids: number[]): number {
  return pids
    .map((pid) => Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024)
    .reduce((sum, bytes) => sum + bytes, 0);
}

/**
 * Returns the memory that the kernel uses itself, in bytes. It includes socket buffers and file
 * descriptors. Linux only.
 */
export function kernelMemory(): number {
  const text = readFileSync('/proc/meminfo', 'utf8');
  const slab = Number(/^Slab:\s+(\d+) kB$/m.exec(text)?.[1]) * 1024;
  const pages = Number(/^TCP: .* mem (\d+)$/m.exec(readFileSync('/proc/net/sockstat', 'utf8'))?.[1]) * 4096;
  return slab + pages;
}

/**
 * Collects the garbage of Node.js processes and returns their resident memory in bytes once it has
 * been stable for a second.
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

/**
 * Returns the memory in bytes of a process and all its descendants, in which shared pages count
 * once, as for the memory limit of a container. Linux only.
 */
function treeMemory(pid: number): number {
  let total = 0;
  for (const each of withDescendants([pid])) total += proportionalMemory(each);
  return total;
}

/** Returns the memory of one process in bytes. 0 if the process has ended. */
function proportionalMemory(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]) * 1024;
  } catch {
    return 0;
  }
}

/**
 * Runs an action and measures the maximum memory of each process and its descendants during the
 * action, in bytes. It reads the memory four times per second.
 */
export async function peaksOf<T>(pids: number[], action: () => Promise<T>): Promise<{ result: T; peaks: number[] }> {
  const peaks = pids.map(treeMemory);
  const timer = setInterval(() => {
    for (const [i, pid] of pids.entries()) peaks[i] = Math.max(peaks[i] as number, treeMemory(pid));
  }, 250);
  try {
    return { result: await action(), peaks };
  } finally {
    clearInterval(timer);
  }
}
