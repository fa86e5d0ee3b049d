import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/**
 * Returns the CPU in us that processes and all their descendants have used, including ended ones.
 * For running processes, it reads the scheduler's statistics, which are exact to the nanosecond.
 * For ended children, it reads clock ticks. Linux only.
 */
export function cpuTime(pids: number[]): number {
  let total = 0;
  for (const pid of withDescendants(pids)) total += ownTime(pid) + reapedTime(pid);
  return total;
}

/** Returns the ids of processes and of all their descendants. Linux only. */
export function withDescendants(pids: number[]): Set<number> {
  const children = childrenByParent();
  const tree = new Set<number>();
  const add = (pid: number) => {
    if (tree.has(pid)) return;
    tree.add(pid);
    for (const child of children.get(pid) ?? []) add(child);
  };
  pids.forEach(add);
  return tree;
}

function ownTime(pid: number): number {
  let nanoseconds = 0;
  for (const thread of list(`/proc/${pid}/task`)) {
    nanoseconds += Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[0]);
  }
  return nanoseconds / 1000;
}

/** Returns the CPU in us that the ended children of a process have used. */
function reapedTime(pid: number): number {
  const [user, system] = fields(pid).slice(13, 15).map(Number);
  return ((user ?? 0) + (system ?? 0)) * (1_000_000 / ticksPerSecond());
}

function childrenByParent(): Map<number, number[]> {
  const children = new Map<number, number[]>();
  for (const name of list('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = Number(fields(Number(name))[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  return children;
}

/**
 * Returns the fields of `/proc/<pid>/stat` that follow the process name, beginning with `state`.
 * Empty if the process has ended.
 */
function fields(pid: number): string[] {
  const text = read(`/proc/${pid}/stat`);
  return text === '' ? [] : text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

let ticks: number | undefined;

function ticksPerSecond(): number {
  ticks ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  return ticks;
}
