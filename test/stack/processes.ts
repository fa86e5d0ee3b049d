import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** The processes that descend from `pid`, whatever session they are in. */
export function descendants(pid: number): number[] {
  const parents = parentOf();
  const children = (parent: number): number[] =>
    [...parents].filter(([, of]) => of === parent).flatMap(([child]) => [child, ...children(child)]);
  return children(pid);
}

/** Those of the processes that still run; one that has ended and waits for its parent does not. */
export function alive(pids: number[]): number[] {
  const parents = parentOf();
  return pids.filter((pid) => parents.has(pid));
}

/** Every running process and its parent. */
function parentOf(): Map<number, number> {
  const lines =
    process.platform === 'linux'
      ? readdirSync('/proc')
          .filter((name) => /^\d+$/.test(name))
          .map(statOf)
      : execFileSync('ps', ['-axo', 'pid=,state=,ppid='], { encoding: 'utf8' }).split('\n');
  const rows = lines.map((line) => line.trim().split(/\s+/)).filter(([, state]) => state && !state.startsWith('Z'));
  return new Map(rows.map(([pid, , parent]) => [Number(pid), Number(parent)]));
}

/** `pid state parent`; empty when the process has just ended. */
function statOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/ \(.*\) (\S+) (\d+) [\s\S]*/, ' $1 $2');
  } catch {
    return '';
  }
}
