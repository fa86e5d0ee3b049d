import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort, waitFor } from '@parley/stack';
import { tokenSecret } from './kit.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
let built: Promise<unknown> | undefined;

/** A gateway as it runs in production: its bundle in a separate process. */
export class GatewayProcess implements AsyncDisposable {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<[number | null, NodeJS.Signals | null]>;
  #output = '';

  private constructor(port: number, env: Record<string, string>) {
    this.url = `ws://127.0.0.1:${port}`;
    this.#child = spawn(process.execPath, ['services/gateway/dist/main.js'], {
      cwd: root,
      env: { HOST: '127.0.0.1', PORT: String(port), TOKEN_SECRET: tokenSecret, PARLEY_PARENT_PIPE: '1', ...env },
      // The standard input of the gateway is a pipe. The gateway exits when the pipe closes, so it
      // never outlives this process.
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#ended = once(this.#child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
    }
  }

  /** Builds the bundle if necessary, starts it and waits until the gateway is ready. */
  static async start(env: Record<string, string>): Promise<GatewayProcess> {
    await build();
    const gateway = new GatewayProcess(await freePort(), env);
    await waitFor(async () => (await fetch(`${gateway.url.replace('ws', 'http')}/readyz`)).ok, {
      message: () => `not ready; it wrote ${gateway.#output}`,
    });
    return gateway;
  }

  /**
   * Starts a gateway with settings that it must reject. Resolves with the gateway's exit code and
   * standard error output.
   */
  static async failing(env: Record<string, string>): Promise<{ code: number | null; error: string }> {
    await build();
    const gateway = new GatewayProcess(await freePort(), env);
    const [code] = await gateway.#ended;
    const lines = gateway.#output.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
    return { code, error: lines.join('\n') };
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async ended(): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    const [code, signal] = await this.#ended;
    return { code, signal };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.signal('SIGKILL');
    await this.#ended;
  }
}

function build(): Promise<unknown> {
  built ??= promisify(execFile)(process.execPath, ['packages/stack/bin/build.mjs'], { cwd: root });
  return built;
}
