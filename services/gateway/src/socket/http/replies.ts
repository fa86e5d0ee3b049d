import { type ErrorCode, errorCodes, problem, problemType } from '@parley/protocol';
import { isAllowedOrigin, type Refused } from '../admission.ts';
import type { ServerDeps } from '../server-deps.ts';
import type { HttpReply, IncomingRequest, OutgoingResponse } from '../socket-server.ts';

/** Responds with a problem document. No-op if the response is already sent. */
export function refuse(response: OutgoingResponse, refused: Refused, headers: Record<string, string> = {}): void {
  response.send(problemReply(refused, headers));
}

/**
 * Returns the problem document for a refused request, with the headers that its status requires.
 */
export function problemReply({ code, detail, retryAfter }: Refused, headers: Record<string, string> = {}): HttpReply {
  const { status, retry } = errorCodes[code];
  return {
    status,
    headers: {
      'cache-control': 'no-store',
      'content-type': problemType,
      ...headers,
      ...(status === 401 && { 'www-authenticate': 'Bearer' }),
      ...(retry && status !== 500 && { 'retry-after': String(retryAfter ?? defaultRetryAfter(code)) }),
    },
    body: JSON.stringify(problem(code, detail)),
  };
}

/**
 * Returns the default `Retry-After` in seconds. It is random for `unavailable`, which many clients
 * get at once, so that they do not retry together.
 */
function defaultRetryAfter(code: ErrorCode): number {
  return code === 'unavailable' ? 1 + Math.floor(Math.random() * 3) : 1;
}

/** Returns a JSON response that caches must not store. */
export function jsonReply(body: string, headers: Record<string, string> = {}, status = 200): HttpReply {
  return { status, headers: { 'cache-control': 'no-store', 'content-type': 'application/json', ...headers }, body };
}

/**
 * Returns the CORS headers that let a web page of an allowed origin read a response. Empty for
 * other origins.
 */
export function corsHeaders(deps: ServerDeps, request: IncomingRequest): Record<string, string> {
  const origin = request.header('origin');
  if (origin === '' || !isAllowedOrigin(deps, request)) return {};
  return { 'access-control-allow-origin': origin, 'access-control-expose-headers': 'retry-after', vary: 'origin' };
}

/**
 * Returns the response to an OPTIONS request, such as a CORS preflight.
 *
 * @param methods the other methods that the path supports
 */
export function preflightReply(deps: ServerDeps, request: IncomingRequest, methods: string): HttpReply {
  return {
    status: 204,
    headers: {
      'cache-control': 'no-store',
      ...corsHeaders(deps, request),
      allow: `${methods}, OPTIONS`,
      'access-control-allow-methods': methods,
      'access-control-allow-headers': 'authorization, content-type, last-event-id',
      'access-control-max-age': '600',
    },
  };
}

/** Returns the HTTP refusal that corresponds to a WebSocket close code of the protocol. */
export function refusalOfClose({ draining }: Pick<ServerDeps, 'draining'>, close: number, detail: string): Refused {
  if (close === 1012) return { code: draining ? 'draining' : 'unavailable', detail };
  return { code: refusals[close] ?? 'unavailable', detail };
}

const refusals: Record<number, ErrorCode> = {
  4001: 'unauthenticated',
  4003: 'unauthenticated',
  4009: 'forbidden',
  4029: 'too-many',
};
