import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Returns the descendant processes of `pid`, in any session. */
export function descendants(pid: number): number[] {
  const parents = parentOf();
  const children = (parent: number): number[] =>
    [...parents].filter(([, of]) => of === parent).flatMap(([child]) => [child, ...children(child)]);
  return children(pid);
}

/** Returns the pids of processes that still run. Zombies do not count. */
export function alive(pids: number[]): number[] {
  const parents = parentOf();
  return pids.filter((pid) => parents.has(pid));
}

/** Returns every running process and its parent. */
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

/** Returns `pid state parent`. Empty if the process has ended. */
function statOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/ \(.*\) (\S+) (\d+) [\s\S]*/, ' $1 $2');
  } catch {
    return '';
  }
}
