import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { onPath } from '../on-path.ts';
import { unpacked } from '../unpack.ts';

/**
 * Finds a Redis that can be started: `redis-server` or `valkey-server` on the PATH, otherwise the
 * Debian or Ubuntu packages, which are unpacked into a cache folder, otherwise the image `redis:8`
 * if a container engine is running.
 *
 * @throws NoRedis with the ways to install a Redis
 */
export async function findRedis(report: (line: string) => void = () => {}): Promise<RedisProgram> {
  found ??= find(report);
  try {
    return await found;
  } catch (error) {
    found = undefined;
    throw error;
  }
}

let found: Promise<RedisProgram> | undefined;

async function find(report: (line: string) => void): Promise<RedisProgram> {
  for (const name of ['redis-server', 'valkey-server']) {
    const command = await onPath(name);
    if (command) return { kind: 'native', command, libraries: undefined };
  }
  if ((await onPath('apt-get')) && (await onPath('dpkg'))) {
    const program = await unpacked(packages, report).catch((error: Error) => {
      report(`the Redis packages could not be had: ${error.message.trim().split('\n')[0]}`);
    });
    if (program) return { kind: 'native', ...program };
  }
  // Skips containers on other systems, because only Linux supports a container in the host's
  // network.
  for (const engine of process.platform === 'linux' ? ['docker', 'podman'] : []) {
    const command = await onPath(engine);
    if (command && (await answers(command, ['info']))) return { kind: 'docker', command, libraries: undefined };
  }
  throw new NoRedis();
}

/**
 * Also downloads `redis-tools`, because `redis-server` is only a link to a program in that package.
 */
const packages = {
  name: 'redis',
  title: 'Redis',
  size: '1.5 MB',
  packages: ['redis-server', 'redis-tools', 'liblzf1', 'libjemalloc2', 'libatomic1'],
  program: 'usr/bin/redis-server',
  version: ['--version'],
};

/** Thrown if no Redis can be started on this machine. */
export class NoRedis extends Error {
  override name = 'NoRedis';

  constructor() {
    super(
      process.platform === 'win32'
        ? 'No Redis found. Redis does not run on Windows: run Parley in WSL, or set REDIS_URL to a server of your own.'
        : 'No Redis found. Install one (apt-get install redis-server, brew install redis), start Docker or Podman, ' +
            'or set REDIS_URL to a server of your own.',
    );
  }
}

const answers = (command: string, args: string[]): Promise<boolean> =>
  promisify(execFile)(command, args, { timeout: 5000 }).then(
    () => true,
    () => false,
  );

export interface RedisProgram {
  /**
   * `docker`: `command` is the container engine, and the server runs in a container in the host's
   * network.
   */
  kind: 'native' | 'docker';
  command: string;
  /** Folder with the libraries of an unpacked server. */
  libraries: string | undefined;
}
