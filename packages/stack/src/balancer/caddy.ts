import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onPath } from '../on-path.ts';
import { Child } from '../process/child.ts';
import { temporaryFolder } from '../process/folder.ts';
import { unpacked } from '../unpack.ts';

/**
 * Finds caddy on the PATH, or unpacks the Debian or Ubuntu package into a cache folder. Reports the
 * reason and returns undefined if neither is possible.
 */
export async function findCaddy(report: (line: string) => void = () => {}): Promise<string | undefined> {
  const command = await onPath('caddy');
  if (command) return command;
  if (!(await onPath('apt-get')) || !(await onPath('dpkg'))) {
    report('caddy is not on the PATH, and there is no apt-get to download it');
    return undefined;
  }
  try {
    return (await unpacked(debianPackage, report)).command;
  } catch (error) {
    report(`caddy is not on the PATH, and its package is not available: ${(error as Error).message.trim()}`);
    return undefined;
  }
}

const debianPackage = {
  name: 'caddy',
  title: 'Caddy',
  size: '9 MB',
  packages: ['caddy'],
  program: 'usr/bin/caddy',
  version: ['version'],
};

/** Starts caddy with a Caddyfile. Resolves when it serves. */
export async function startCaddy(command: string, caddyfile: string, env: NodeJS.ProcessEnv): Promise<Caddy> {
  const folder = await temporaryFolder('caddy');
  const file = join(folder.path, 'Caddyfile');
  await writeFile(file, caddyfile);
  const child = new Child({
    command,
    args: ['run', '--adapter', 'caddyfile', '--config', file],
    env: { ...process.env, XDG_CONFIG_HOME: folder.path, XDG_DATA_HOME: folder.path, ...env },
  });
  const stop = async () => {
    await child.stop();
    await folder.remove();
  };
  try {
    await child.ready((output) => output.includes('serving initial configuration'), 20_000);
  } catch (error) {
    await stop();
    throw error;
  }
  return { ca: join(folder.path, 'caddy/pki/authorities/local/root.crt'), [Symbol.asyncDispose]: stop };
}

/** A running Caddy on this machine. It ends with this process. */
export interface Caddy extends AsyncDisposable {
  /** File with the certificate of the authority that signs certificates of local names. */
  readonly ca: string;
}
