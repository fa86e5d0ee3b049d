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
  async call(method: string, path: string, { query = {}, body, lines }: CallOptions = {}): Promise<unknown> {
    const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const search = given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
    const type = lines ? 'application/x-ndjson' : 'application/json';
    const headers = { authorization: `Bearer ${this.#key}`, 'content-type': type };
    const content = lines ? { body: lines } : body === undefined ? {} : { body: JSON.stringify(body) };
    // Sets no timeout for the upload of a file, because the file can have any size.
    const limit = lines ? {} : { signal: AbortSignal.timeout(TIMEOUT_MS) };
    const response = await fetch(`${this.#url}/v1/server${path}${search}`, {
      method,
      headers,
      ...limit,
      ...content,
    }).catch((error: Error) => {
      const { cause } = error as { cause?: Error };
      throw new CliError(`The api at ${this.#url} does not answer: ${cause?.message || error.message}`);
    });
    const text = await response.text();
    if (!response.ok) throw new CliError(explain(response.status, text));
    try {
      return text === '' ? undefined : JSON.parse(text);
    } catch {
      throw new CliError(notTheApi(response.status));
    }
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
