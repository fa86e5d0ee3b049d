import type { Problem } from '@parley/protocol';
import { ParleyError } from '../error.ts';

/** Asks the api. */
export class Http {
  readonly base: string;
  readonly #fetch: typeof fetch;
  readonly #token: (stale?: string) => Promise<string>;

  /**
   * @param base url of the api
   * @param token gets an access token, another than `stale`
   */
  constructor(base: string, fetcher: typeof fetch, token: (stale?: string) => Promise<string>) {
    this.base = base.replace(/\/+$/, '');
    this.#fetch = fetcher;
    this.#token = token;
  }

  /** The same, refreshing the token once if it is refused. @throws ParleyError */
  async call<T>(method: Method, path: string, { query, body }: Asked = {}): Promise<T> {
    const token = await this.#token();
    try {
      return await this.open<T>(method, path, { query, body, token });
    } catch (error) {
      if (!(error instanceof ParleyError) || error.status !== 401) throw error;
      return await this.open<T>(method, path, { query, body, token: await this.#token(token) });
    }
  }

  /** Asks with this token or none. @throws ParleyError */
  async open<T>(method: Method, path: string, { query = {}, body, token }: Asked & { token?: string }): Promise<T> {
    const set = Object.entries(query).filter(([, value]) => value !== undefined);
    const search = set.length > 0 ? `?${new URLSearchParams(Object.fromEntries(set))}` : '';
    const headers: Record<string, string> = { accept: 'application/json' };
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (token !== undefined) headers.authorization = `Bearer ${token}`;
    let response: Response;
    let text: string;
    try {
      response = await this.#fetch(`${this.base}/v1${path}${search}`, {
        method,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
        credentials: 'include',
      });
      text = await response.text();
    } catch (cause) {
      throw new ParleyError('unavailable', 'The api cannot be reached', { retry: true, status: 0, cause });
    }
    if (response.ok) return (text === '' ? undefined : JSON.parse(text)) as T;
    throw refusal(response.status, text);
  }
}

function refusal(status: number, text: string): ParleyError {
  const retry = status === 429 || status >= 500;
  try {
    const { code, detail, errors } = JSON.parse(text) as Problem;
    if (code) return new ParleyError(code, detail, { retry, status, errors });
  } catch {
    // Not from the api, but from something in front of it.
  }
  return new ParleyError(retry ? 'unavailable' : 'bad-request', `HTTP status ${status}`, { retry, status });
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Asked {
  query?: object | undefined;
  body?: unknown;
}

/** A page of a list; `next` is the `after` of the next page, null at the end. */
export interface Page<T> {
  items: T[];
  next: string | null;
}

/** Which page of a list. */
export interface Paging {
  /** At most 200. */
  limit?: number;
  after?: string;
}
