import type { Problem } from '@parley/protocol';
import { ParleyError } from '../error.ts';
import type { Api } from './operations.ts';

/** Operations that ask for no token. */
const OPEN = /^POST \/(users|sessions)/;

/**
 * Makes the function that calls the api.
 *
 * @param base url of the api
 * @param getToken gets an access token, another one than `stale`, which was refused
 */
export function createApi(base: string, fetcher: typeof fetch, getToken: (stale?: string) => Promise<string>): Api {
  const call = async (operation: string, input: object = {}): Promise<never> => {
    if (OPEN.test(operation)) return ask(operation, input);
    const token = await getToken();
    try {
      return await ask(operation, input, token);
    } catch (error) {
      if ((error as ParleyError).status !== 401) throw error;
      return ask(operation, input, await getToken(token));
    }
  };

  const ask = async (operation: string, input: object, token?: string): Promise<never> => {
    const rest: Record<string, unknown> = { ...input };
    const [method = '', path = ''] = operation
      .replace(/\{(\w+)\}/g, (_, name: string) => {
        const value = encodeURIComponent(String(rest[name]));
        delete rest[name];
        return value;
      })
      .split(' ');
    const inQuery = method === 'GET';
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const query = inQuery ? `?${new URLSearchParams(JSON.parse(JSON.stringify(rest)))}` : '';
    const body = inQuery || Object.keys(rest).length === 0 ? null : JSON.stringify(rest);
    if (body !== null) headers['content-type'] = 'application/json';
    let response: Response;
    let text: string;
    try {
      response = await fetcher(`${base}/v1${path}${query}`, { method, headers, body, credentials: 'include' });
      text = await response.text();
    } catch (cause) {
      throw new ParleyError('unavailable', 'The api cannot be reached', { retry: true, status: 0, cause });
    }
    if (!response.ok) throw refusal(response.status, text);
    return (text === '' ? undefined : JSON.parse(text)) as never;
  };

  return call as Api;
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
