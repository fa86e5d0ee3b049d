import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ServerFrame } from '@parley/protocol';
import { waitFor } from '@parley/stack';

const folder = fileURLToPath(new URL('clients', import.meta.url));

/**
 * A WebSocket client that is written in another language. Its program reads commands and prints
 * what happens, both as JSON with one line each.
 */
export class ForeignSocket {
  readonly #process: ChildProcess;
  readonly #lines: Line[] = [];
  #errors = '';

  constructor([program, ...args]: readonly string[], gateway: string, token: string) {
    const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
    this.#process = spawn(program as string, [...args, `${gateway}/v1/socket`, token], { env });
    createInterface({ input: this.#process.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      this.#lines.push(JSON.parse(line) as Line);
    });
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text;
    });
    // Ignores write errors, because the program might have ended before it read a command.
    this.#process.stdin?.on('error', () => {});
  }

  run(command: Command): void {
    this.#process.stdin?.write(`${JSON.stringify(command)}\n`);
  }

  /** Waits for an output line that has this field. */
  line(field: keyof Line): Promise<Line> {
    return this.#find(field, (line) => (line[field] === undefined ? undefined : line));
  }

  /** Waits for a frame of this type. */
  frame(type: ServerFrame['type']): Promise<ServerFrame> {
    return this.#find(`frame ${type}`, ({ frame }) => {
      const read = frame === undefined ? undefined : (JSON.parse(frame) as ServerFrame);
      return read?.type === type ? read : undefined;
    });
  }

  #find<T>(what: string, pick: (line: Line) => T | undefined): Promise<T> {
    const message = () => `no ${what} in ${JSON.stringify(this.#lines)} ${this.#errors}`;
    return waitFor(() => this.#lines.map(pick).find((each) => each !== undefined), { message }) as Promise<T>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const exit = once(this.#process, 'exit');
    this.#process.kill();
    await exit;
  }
}

/** Returns the command line that starts a Python client in the folder `clients`. */
export function pythonClient(script: string): string[] {
  return ['python3', join(folder, script)];
}

/**
 * Builds the Go client into a folder. If that fails, prints that its tests are skipped and returns
 * false.
 */
export async function buildGoClient(to: string): Promise<boolean> {
  try {
    const options = { cwd: join(folder, 'gorilla'), timeout: 120_000 };
    await promisify(execFile)('go', ['build', '-o', join(to, 'gorilla'), '.'], options);
    return true;
  } catch (error) {
    process.stderr.write(`A test of sockets in Go is skipped: ${(error as Error).message.trim()}\n`);
    return false;
  }
}

/** A command for the program, with its argument. */
export type Command =
  | { text: string }
  | { fragments: string[] }
  | { latin1: string }
  | { binary: string }
  | { ping: true }
  | { close: number };

/** A line that the program prints. */
interface Line {
  /** Subprotocol that the server chose. */
  protocol?: string;
  /** Extensions that the server chose. */
  extensions?: string | null;
  /** HTTP status with which the server refused the upgrade. */
  refused?: number;
  frame?: string;
  pong?: true;
  /** Close code. */
  closed?: number;
}
