import { type ErrorCode, problem, problemType } from '@parley/protocol';

/**
 * Converts a response of the tus server: turns a refusal into a problem document with the same
 * status, and removes CORS headers, because the api sets its own.
 */
export async function tusAnswer(answer: Response): Promise<Response> {
  const headers = new Headers(answer.headers);
  for (const name of [...headers.keys()]) if (name.startsWith('access-control-')) headers.delete(name);
  if (answer.status < 400) return success(answer, headers);
  const { status } = answer;
  const detail = (await answer.text()).trim();
  const document = { ...problem(codes[status] ?? 'bad-request', detail === '' ? undefined : detail), status };
  headers.set('content-type', problemType);
  headers.delete('content-length');
  if (status === 412) headers.set('tus-version', '1.0.0');
  if (status === 423) headers.set('retry-after', '1');
  return new Response(JSON.stringify(document), { status, headers });
}

/** Removes the content type from a response that has no body. */
async function success(answer: Response, headers: Headers): Promise<Response> {
  const { status } = answer;
  const body = await answer.text();
  if (body === '') headers.delete('content-type');
  return new Response(body === '' ? null : body, { status, headers });
}

const codes: Record<number, ErrorCode> = {
  403: 'forbidden',
  404: 'not-found',
  409: 'conflict',
  410: 'not-found',
  413: 'too-large',
  423: 'conflict',
  503: 'unavailable',
};
