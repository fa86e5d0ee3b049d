import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { onPath } from '../on-path.ts';
import { Child } from '../process/child.ts';
import { temporaryFolder } from '../process/folder.ts';
import { unpacked } from '../unpack.ts';

/**
 * Finds haproxy on the PATH, or unpacks the Debian or Ubuntu package into a cache folder. If
 * neither works, reports the reason and returns undefined.
 */
export async function findHaproxy(report: (line: string) => void = () => {}): Promise<HaproxyProgram | undefined> {
  const command = await onPath('haproxy');
  if (command) return { command, libraries: undefined };
  if (!(await onPath('apt-get')) || !(await onPath('dpkg'))) {
    report('there is no haproxy on the PATH, and no apt-get to get one by');
    return undefined;
  }
  return await unpacked(packages, report).catch((error: Error) => {
    report(
      `there is no haproxy on the PATH, and its packages could not be had: ${error.message.trim().split('\n')[0]}`,
    );
    return undefined;
  });
}

const packages = {
  name: 'haproxy',
  title: 'haproxy',
  size: '2.5 MB',
  packages: ['haproxy'],
  libraries: /^lib(lua|opentracing|pcre2-8|jitterentropy)/,
  program: 'usr/sbin/haproxy',
  version: ['-v'],
};

/**
 * Starts haproxy with a configuration that must listen on `port` of 127.0.0.1. Resolves when
 * haproxy accepts connections.
 */
export async function startHaproxy(program: HaproxyProgram, config: string, port: number): Promise<Haproxy> {
  const folder = await temporaryFolder('haproxy');
  const file = join(folder.path, 'haproxy.cfg');
  await writeFile(file, config);
  const child = new Child({
    command: program.command,
    args: ['-db', '-f', file],
    env: program.libraries ? { ...process.env, LD_LIBRARY_PATH: program.libraries } : process.env,
  });
  const stop = async () => {
    await child.stop();
    await folder.remove();
  };
  try {
    await child.ready(() => accepts(port), 10_000);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `http://127.0.0.1:${port}`, pid: child.pid, stop, [Symbol.asyncDispose]: stop };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket.destroy() !== undefined));
    socket.on('error', () => resolve(false));
  });
}

export interface HaproxyProgram {
  command: string;
  /** Folder with the libraries of an unpacked haproxy. */
  libraries: string | undefined;
}

/** A load balancer that runs on this machine. It ends when this process ends. */
export interface Haproxy extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}
