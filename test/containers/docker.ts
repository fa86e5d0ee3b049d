import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Runs `docker`; resolves with what it printed. Rejects with what it said when it failed. */
export async function docker(args: string[], { env = {}, timeout = 120_000 }: DockerOptions = {}): Promise<string> {
  const { stdout } = await execute('docker', args, {
    cwd: new URL('../..', import.meta.url).pathname,
    env: { ...process.env, DOCKER_BUILDKIT: '1', ...env },
    timeout,
    maxBuffer: 2 ** 26,
  });
  return stdout.trim();
}

export interface DockerOptions {
  env?: Record<string, string>;
  /** Ms; two minutes unless given. */
  timeout?: number;
}
