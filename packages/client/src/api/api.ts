import type { Problem } from '@parley/protocol';
import { ParleyError } from '../error.ts';
import type { Api } from './operations.ts';

/** Operations that ask for no token. */
const OPEN = /^POST \/(users|sessions)/;

/** Makes the function that calls the api. */
export function apiOf(request: Request): Api {
  const call = async (operation: string, input: object = {}): Promise<never> => {
    const rest: Record<string, unknown> = { ...input };
    const [method = '', path = ''] = operation
      .replace(/\{(\w+)\}/g, (_, name: string) => {
        const value = encodeURIComponent(String(rest[name]));
        delete rest[name];
        return value;
      })
      .split(' ');
    const inQuery = method === 'GET';
    const query = inQuery ? `?${new URLSearchParams(JSON.parse(JSON.stringify(rest)))}` : '';
    const body = inQuery ? null : JSON.stringify(rest);
    const headers = { 'content-type': 'application/json' };
    const response = await request(path + query, { method, headers, body }, OPEN.test(operation));
    const text = await response.text().catch(unreachable);
    return (text ? JSON.parse(text) : undefined) as never;
  };
  return call as Api;
}

/**
 * Makes the function that asks the api for anything, by a path after `/v1`. It answers successes only.
 *
 * @param base url of the api
 * @param getToken gets an access token, another one than `stale`, which was refused
 */
export function createRequest(base: string, fetcher: typeof fetch, getToken: GetToken): Request {
  const ask = async (path: string, init: Init, token?: string): Promise<Answer> => {
    const headers = { ...init.headers, ...(token && { authorization: `Bearer ${token}` }) };
    const all: Init = { credentials: 'include', ...init, headers };
    const response = await fetcher(`${base}/v1${path}`, all).catch(unreachable);
    if (!response.ok) throw refusal(response.status, await response.text().catch(unreachable));
    return response;
  };
  return async (path, init = {}, open = false) => {
    if (open) return ask(path, init);
    const token = await getToken();
    try {
      return await ask(path, init, token);
    } catch (error) {
      if ((error as ParleyError).status !== 401) throw error;
      return ask(path, init, await getToken(token));
    }
  };
}

function unreachable(cause: unknown): never {
  throw new ParleyError('unavailable', 'No reply', { retry: true, status: 0, cause });
}

function refusal(status: number, text: string): ParleyError {
  const retry = status === 429 || status >= 500;
  let problem: Partial<Problem> = {};
  try {
    problem = JSON.parse(text);
  } catch {
    // Not from the api, but from something in front of it.
  }
  const { code = retry ? 'unavailable' : 'bad-request', detail = `HTTP ${status}`, errors } = problem;
  return new ParleyError(code, detail, { retry, status, errors });
}

type GetToken = (stale?: string) => Promise<string>;

/** What `fetch` takes, with headers as an object. */
export type Init = Omit<NonNullable<Parameters<typeof fetch>[1]>, 'headers'> & { headers?: Record<string, string> };

/** What `fetch` answers. */
export type Answer = Awaited<ReturnType<typeof fetch>>;

/** Asks the api with an access token, or without one where it is `open`. @throws ParleyError when it cannot be reached, or refuses */
export type Request = (path: string, init?: Init, open?: boolean) => Promise<Answer>;
