import type { HttpRequest, HttpResponse, RecognizedString } from 'uWebSockets.js';
import { type ErrorCode, errorCodes, problem, problemType } from '@parley/protocol';
import { mayCome, type Refused } from './admission.ts';
import type { ServerDeps as Gateway } from './server-deps.ts';

/**
 * Answers a request once and for all. Does nothing when the client is gone, for which `response.aborted` has to be set by a
 * handler of `onAborted`.
 */
export function answer(response: HttpResponse, { status, type, body, headers = {} }: HttpAnswer): void {
  if (response.aborted) return;
  response.cork(() => {
    response.writeStatus(statusLine(status)).writeHeader('cache-control', 'no-store');
    for (const [name, value] of Object.entries(headers)) response.writeHeader(name, value);
    if (status === 204) response.endWithoutBody();
    else response.writeHeader('content-type', type).end(body);
  });
}

/** Answers with a problem document. */
export function refuse(response: HttpResponse, { code, detail }: Refused, headers: Record<string, string> = {}): void {
  const { status } = errorCodes[code];
  const body = JSON.stringify(problem(code, detail));
  const more: Record<string, string> = { ...headers };
  if (status === 401) more['www-authenticate'] = 'Bearer';
  if (status === 429 || status === 503)
    more['retry-after'] = code === 'unavailable' ? String(1 + Math.floor(Math.random() * 3)) : '1';
  answer(response, { status, type: problemType, body, headers: more });
}

/** What a web page of an allowed origin needs to read the answer; nothing for others. */
export function corsHeaders(gateway: Gateway, request: HttpRequest): Record<string, string> {
  const origin = request.getHeader('origin');
  if (origin === '' || !mayCome(gateway, origin, request.getHeader('host'))) return {};
  return { 'access-control-allow-origin': origin, 'access-control-expose-headers': 'retry-after', vary: 'origin' };
}

/** Answers a web page that asks what it may send. */
export function preflight(gateway: Gateway, response: HttpResponse, request: HttpRequest): void {
  const allowed = corsHeaders(gateway, request);
  answer(response, {
    status: 204,
    type: 'text/plain',
    headers: {
      ...allowed,
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'authorization, content-type, last-event-id',
      'access-control-max-age': '600',
    },
  });
}

/** Status code and reason, as the first line has them. */
export function statusLine(status: number): string {
  return `${status} ${reasons[status] ?? 'Error'}`;
}

/** The code that a connection's close says in HTTP. */
export function codeOfClose(close: number): ErrorCode {
  return closes[close] ?? 'unavailable';
}

const closes: Record<number, ErrorCode> = {
  4001: 'unauthenticated',
  4003: 'unauthenticated',
  4009: 'forbidden',
  4029: 'too-many',
  1012: 'draining',
};

const reasons: Record<number, string> = {
  200: 'OK',
  204: 'No Content',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Content Too Large',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

export interface HttpAnswer {
  status: number;
  type: string;
  body?: RecognizedString;
  headers?: Record<string, string>;
}
