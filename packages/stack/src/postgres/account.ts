import { execFileSync } from 'node:child_process';
import { chownSync, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { passable } from './passable.ts';

/**
 * Returns a function that builds the command to run a program of PostgreSQL. PostgreSQL refuses to
 * run as root, so root runs it as the account `nobody`, which becomes the owner of the data folder.
 * If `nobody` is not allowed to enter the parent folders (as below `/root`), `setpriv` grants that
 * capability.
 */
export function postgresAccount(data: string): (command: string, args: string[]) => Command {
  if (process.getuid?.() !== 0) return (command, args) => ({ command, args });
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  const [uid, gid] = [id('-u'), id('-g')];
  chownSync(data, uid, gid);
  if (passable(dirname(data))) return (command, args) => ({ command, args, uid, gid });
  const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find(existsSync);
  if (!setpriv) throw new Error(`PostgreSQL cannot run as root, and "nobody" may not enter ${dirname(data)}`);
  const pass = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override'];
  const flags = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...pass, '--'];
  return (command, args) => ({ command: setpriv, args: [...flags, command, ...args] });
}

export interface Command {
  command: string;
  args: string[];
  uid?: number;
  gid?: number;
}
