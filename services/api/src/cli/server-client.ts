import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';

/** A failure that the command line reports as one line of text. */
export class CliError extends Error {
  readonly exitCode: 1 | 2;

  /**
   * @param exitCode 1: the server refused the request or did not respond. 2: the command line is
   * wrong
   */
  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Ms within which the api must respond. */
const TIMEOUT_MS = 30_000;

/** Shows how many bytes of a file are written, if standard error is a terminal. */
function report(bytes: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${(bytes / 1_000_000).toFixed(1)} MB`);
}

/** Calls the server API of an installation. */
export class ServerClient {
  readonly #url: string;
  readonly #key: string;

  /**
   * @param url root of the api, such as `https://chat.example.org`
   * @param key one of `API_KEYS`
   */
  constructor(url: string, key: string) {
    this.#url = url.replace(/\/+$/, '');
    this.#key = key;
  }

  /**
   * Sends a request to a path below `/v1/server`. Resolves with the JSON of the response, or
   * undefined if the response has no body.
   *
   * @throws CliError if the api refuses the request or does not respond
   */
  async call(method: string, path: string, options: CallOptions = {}): Promise<unknown> {
    // Sets no timeout for the upload of a file, because the file can have any size.
    const signal = options.lines ? null : AbortSignal.timeout(TIMEOUT_MS);
    const response = await this.#send(method, path, signal, options);
    const text = await response.text();
    if (!response.ok) throw new CliError(explain(response.status, text));
    try {
      return text === '' ? undefined : JSON.parse(text);
    } catch {
      throw new CliError(notTheApi(response.status));
    }
  }

  /**
   * Writes the response of a GET request to a new file. Resolves with the name and size of the
   * file. Removes the file if the response is incomplete.
   *
   * @throws CliError if the file exists or cannot be written, or if the api refuses the request or
   * stops responding
   */
  async download(path: string, file: string): Promise<{ file: string; bytes: number }> {
    const response = await this.#send('GET', path, null);
    if (!response.ok || !response.body) throw new CliError(explain(response.status, await response.text()));
    const target = createWriteStream(file, { flags: 'wx', mode: 0o600 });
    try {
      const progress = setInterval(() => report(target.bytesWritten), 1000);
      await pipeline(Readable.fromWeb(response.body as ReadableStream), target).finally(() => clearInterval(progress));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') await rm(file, { force: true });
      throw new CliError(`Cannot write ${file}: ${(error as Error).message}`);
    }
    return { file, bytes: target.bytesWritten };
  }

  async #send(
    method: string,
    path: string,
    signal: AbortSignal | null,
    { query = {}, body, lines }: CallOptions = {},
  ): Promise<Response> {
    const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const search = given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
    const type = lines ? 'application/x-ndjson' : 'application/json';
    const headers = { authorization: `Bearer ${this.#key}`, 'content-type': type };
    const content = lines ? { body: lines } : body === undefined ? {} : { body: JSON.stringify(body) };
    return await fetch(`${this.#url}/v1/server${path}${search}`, {
      method,
      headers,
      signal,
      ...content,
    }).catch((error: Error) => {
      const { cause } = error as { cause?: Error };
      throw new CliError(`The api at ${this.#url} does not answer: ${cause?.message || error.message}`);
    });
  }
}

function notTheApi(status: number): string {
  return `HTTP ${status}, but no answer of the api: is PARLEY_URL its root?`;
}

function explain(status: number, text: string): string {
  if (status === 401) return 'The server refuses PARLEY_API_KEY. It must be one of the API_KEYS of the api.';
  try {
    const { title, detail, errors } = JSON.parse(text) as Problem;
    const fields = (errors ?? []).map(({ path, message }) => `${path}: ${message}`);
    return [detail ?? title ?? `HTTP ${status}`, ...fields].join('\n');
  } catch {
    return notTheApi(status);
  }
}

interface CallOptions {
  query?: Record<string, string | undefined>;
  body?: unknown;
  /** Lines of JSON (NDJSON) to send instead of a JSON body. */
  lines?: Blob;
}

interface Problem {
  title?: string;
  detail?: string;
  errors?: { path: string; message: string }[];
}
