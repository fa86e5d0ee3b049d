import type { Problem } from '@parley/protocol';
import { ParleyError } from '../error.ts';
import type { Answer, Fetch, Init } from './fetch.ts';
import type { Api } from './operations.ts';

/** Operations that need no access token. */
const PUBLIC_OPERATIONS =
  /^(POST \/(users|sessions|password-resets)|GET \/(info|invites)|PUT \/(password-resets|email-confirmations))/;

/** Creates the function that calls operations of the REST api. */
export function createApi(request: Request): Api {
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
    const query = inQuery
      ? `${path.includes('?') ? '&' : '?'}${new URLSearchParams(JSON.parse(JSON.stringify(rest)))}`
      : '';
    const body = inQuery ? null : JSON.stringify(rest);
    const headers = { 'content-type': 'application/json' };
    const response = await request(path + query, { method, headers, body }, PUBLIC_OPERATIONS.test(operation));
    const text = await response.text().catch(throwUnavailable);
    return (text ? JSON.parse(text) : undefined) as never;
  };
  return call as Api;
}

/**
 * Creates the function that sends requests to the api, with paths relative to `/v1`. After a 401 it
 * retries once with a new token.
 *
 * @param base URL of the api
 * @param getToken returns an access token other than `stale`
 */
export function createRequest(base: string, fetcher: Fetch, getToken: GetToken): Request {
  const send = async (path: string, init: Init, token?: string): Promise<Answer> => {
    const headers = { ...init.headers, ...(token && { authorization: `Bearer ${token}` }) };
    const all: Init = { credentials: 'include', ...init, headers };
    const response = await fetcher(`${base}/v1${path}`, all).catch(throwUnavailable);
    if (!response.ok) throw toError(response.status, await response.text().catch(throwUnavailable));
    return response;
  };
  return async (path, init = {}, isPublic = false) => {
    if (isPublic) return send(path, init);
    const token = await getToken();
    try {
      return await send(path, init, token);
    } catch (error) {
      if ((error as ParleyError).status !== 401) throw error;
      return send(path, init, await getToken(token));
    }
  };
}

function throwUnavailable(cause: unknown): never {
  throw new ParleyError('unavailable', 'No reply', { retry: true, status: 0, cause });
}

function toError(status: number, text: string): ParleyError {
  const retry = status === 429 || status >= 500;
  let problem: Partial<Problem> = {};
  try {
    problem = JSON.parse(text);
  } catch {
    // Ignores a body that is not JSON, because a proxy might have sent the response.
  }
  const { code = retry ? 'unavailable' : 'bad-request', detail = `HTTP ${status}`, errors } = problem;
  return new ParleyError(code, detail, { retry, status, errors });
}

type GetToken = (stale?: string) => Promise<string>;

/**
 * Sends a request with an access token. Resolves only if the response is successful. @throws
 * ParleyError
 */
export type Request = (path: string, init?: Init, isPublic?: boolean) => Promise<Answer>;
