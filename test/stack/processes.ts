import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Returns the ids of all descendant processes of `pid`, even if they are in other sessions. */
export function descendants(pid: number): number[] {
  const parents = parentOf();
  const children = (parent: number): number[] =>
    [...parents].filter(([, of]) => of === parent).flatMap(([child]) => [child, ...children(child)]);
  return children(pid);
}

/** Returns those of the process ids whose process still runs. Zombies do not count. */
export function alive(pids: number[]): number[] {
  const parents = parentOf();
  return pids.filter((pid) => parents.has(pid));
}

/** Returns the id of every running process -> the id of its parent. */
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

/** Returns a line `pid state parent` about a process. Empty if the process has ended. */
function statOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/ \(.*\) (\S+) (\d+) [\s\S]*/, ' $1 $2');
  } catch {
    return '';
  }
}
