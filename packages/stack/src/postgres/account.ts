import { execFileSync } from 'node:child_process';
import { accessSync, chownSync, constants, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Whom PostgreSQL runs as. It refuses root, so root lends it the account `nobody`, gives it the data folder, and where
 * `nobody` may not enter the folders above (`/root`) runs it through `setpriv` with leave to pass there.
 */
export function postgresAccount(data: string, home: string): (command: string, args: string[]) => Command {
  if (process.getuid?.() !== 0) return (command, args) => ({ command, args });
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  const [uid, gid] = [id('-u'), id('-g')];
  chownSync(data, uid, gid);
  if (passable(dirname(data)) && passable(home)) return (command, args) => ({ command, args, uid, gid });
  const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find(executable);
  if (!setpriv) {
    throw new Error(`PostgreSQL does not run as root, and "nobody" may not enter ${dirname(data)} or ${home}.`);
  }
  const pass = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override'];
  const flags = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...pass, '--'];
  return (command, args) => ({ command: setpriv, args: [...flags, command, ...args] });
}

/** Whether everybody may enter the folder and those above it. */
function passable(folder: string): boolean {
  const above = dirname(resolve(folder));
  return (statSync(folder).mode & 0o001) !== 0 && (above === resolve(folder) || passable(above));
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export interface Command {
  command: string;
  args: string[];
  uid?: number;
  gid?: number;
}
