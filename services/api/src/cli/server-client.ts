/** A failure that the command line reports in one line. */
export class CliError extends Error {
  readonly exitCode: 1 | 2;

  /** @param exitCode 1: the server refused or does not answer; 2: the command is wrong */
  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.exitCode = exitCode;
  }
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
   * Calls an operation below `/v1/server`. Resolves with its JSON, undefined for none.
   *
   * @throws CliError if the api refuses or does not answer
   */
  async call(method: string, path: string, { query = {}, body }: CallOptions = {}): Promise<unknown> {
    const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const search = given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
    const headers = { authorization: `Bearer ${this.#key}`, 'content-type': 'application/json' };
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${this.#url}/v1/server${path}${search}`, { method, headers, ...content }).catch(
      (error: Error) => {
        const { cause } = error as { cause?: Error };
        throw new CliError(`The api at ${this.#url} does not answer: ${cause?.message || error.message}`);
      },
    );
    const text = await response.text();
    if (response.ok) return text === '' ? undefined : JSON.parse(text);
    throw new CliError(explain(response.status, text));
  }
}

function explain(status: number, text: string): string {
  if (status === 401) return 'The server refuses PARLEY_API_KEY. It must be one of the API_KEYS of the api.';
  try {
    const { title, detail, errors } = JSON.parse(text) as Problem;
    const fields = (errors ?? []).map(({ path, message }) => `${path}: ${message}`);
    return [detail ?? title ?? `HTTP ${status}`, ...fields].join('\n');
  } catch {
    return `HTTP ${status}: is PARLEY_URL the root of the api?`;
  }
}

interface CallOptions {
  query?: Record<string, string | undefined>;
  body?: unknown;
}

interface Problem {
  title?: string;
  detail?: string;
  errors?: { path: string; message: string }[];
}
