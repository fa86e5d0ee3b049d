import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { root } from '@parley/stack';

const execute = promisify(execFile);

/** Runs `docker` and resolves with its output. Rejects with its error output if it fails. */
export async function docker(args: string[], { env = {}, timeout = 120_000 }: DockerOptions = {}): Promise<string> {
  const { stdout } = await execute('docker', args, {
    cwd: root,
    env: { ...process.env, DOCKER_BUILDKIT: '1', ...env },
    timeout,
    maxBuffer: 2 ** 26,
  });
  return stdout.trim();
}

export interface DockerOptions {
  env?: Record<string, string>;
  /** Time in ms after which the command is stopped. Default: two minutes. */
  timeout?: number;
}
