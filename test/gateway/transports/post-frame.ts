import type { Target } from './line.ts';

/** Sends `POST /v1/frames` with a frame, or with arbitrary text or bytes. */
export async function postFrame(
  { http, token, query, headers }: Target,
  frame: object | string | Uint8Array,
): Promise<Posted> {
  const { device } = query;
  const response = await fetch(`${http}/v1/frames${device === undefined ? '' : `?device=${device}`}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    body: typeof frame === 'string' || frame instanceof Uint8Array ? (frame as string) : JSON.stringify(frame),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
}

export interface Posted {
  status: number;
  headers: Headers;
  body: unknown;
}
