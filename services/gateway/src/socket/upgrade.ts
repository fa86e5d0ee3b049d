import type { HttpRequest, HttpResponse, us_socket_context_t } from 'uWebSockets.js';
import { randomBytes } from 'node:crypto';
import { type ErrorCode, errorCodes, limits, parseCursor, subprotocol } from '@parley/protocol';
import type { Place } from '@parley/redis';
import { verifyToken } from '@parley/service';
import type { Claims } from '../connection.ts';
import type { Gateway } from '../gateway.ts';

/**
 * Decides about an upgrade, in one go: after an asynchronous wait this server would leak sockets. What needs Redis, such as
 * a revoked session, is found out when the socket is open.
 */
export function upgrade(
  gateway: Gateway,
  response: HttpResponse,
  request: HttpRequest,
  context: us_socket_context_t,
): void {
  const key = request.getHeader('sec-websocket-key');
  const offered = request.getHeader('sec-websocket-protocol');
  const extensions = request.getHeader('sec-websocket-extensions');
  const admission = admit(gateway, request, offered);
  if ('code' in admission) return refuse(response, admission);
  const protocol = offered.split(',').some((each) => each.trim() === subprotocol) ? subprotocol : '';
  response.upgrade(admission, key, protocol, extensions, context);
}

function admit(gateway: Gateway, request: HttpRequest, offered: string): Admission | Refused {
  if (gateway.draining) return { code: 'draining' };
  if (!mayCome(gateway, request.getHeader('origin'), request.getHeader('host'))) {
    return { code: 'forbidden', detail: 'This origin is not allowed' };
  }
  const text = tokenOf(request.getHeader('authorization'), offered);
  if (text === undefined) return { code: 'unauthenticated' };
  const token = verifyToken(gateway.config.tokenSecret, text);
  if (!token.ok) return { code: 'unauthenticated', detail: `The access token is ${token.reason}` };
  const { user, session, expires } = token;
  const device = request.getQuery('device') || session;
  if (device.length > limits.device)
    return { code: 'bad-request', detail: `device has at most ${limits.device} characters` };
  if ((gateway.hub.find(user)?.connections.length ?? 0) >= gateway.config.maxConnectionsPerUser) {
    return { code: 'too-many', detail: 'Too many connections of this user' };
  }
  const claims = { connection: randomBytes(9).toString('base64url'), user, session, device, expires };
  return { claims, place: placeOf(request.getQuery('cursor')) };
}

/** Requests of programs have no origin; web pages may come from the gateway's own host or from where the config says. */
export function mayCome(gateway: Gateway, origin: string, host: string): boolean {
  if (origin === '') return true;
  const { origins } = gateway.config;
  return (
    origins.includes('*') ||
    origins.includes(origin) ||
    (URL.canParse(origin) === true && new URL(origin).host === host)
  );
}

function tokenOf(authorization: string, offered: string): string | undefined {
  const bearer = /^bearer +(\S+)$/i.exec(authorization);
  if (bearer) return bearer[1];
  const protocols = offered.split(',').map((each) => each.trim());
  return protocols[0] === subprotocol && protocols[1] ? protocols[1] : undefined;
}

/** A cursor that is none is like one of another epoch: the client is told to reload. */
function placeOf(cursor: string | undefined): Place {
  if (!cursor) return 'acknowledged';
  if (cursor === 'latest') return 'latest';
  return parseCursor(cursor) ?? { epoch: 0, offset: 0 };
}

function refuse(response: HttpResponse, { code, detail }: Refused): void {
  const { status, title } = errorCodes[code];
  response.cork(() => {
    response
      .writeStatus(`${status} ${reasons[status] ?? 'Error'}`)
      .writeHeader('content-type', 'application/problem+json');
    if (status === 401) response.writeHeader('www-authenticate', 'Bearer');
    if (status === 503 || status === 429) response.writeHeader('retry-after', '1');
    response.end(JSON.stringify({ type: 'about:blank', title, status, code, detail: detail ?? title }), true);
  });
}

const reasons: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
};

/** What an open socket starts with. */
export interface Admission {
  claims: Claims;
  place: Place;
}

interface Refused {
  code: ErrorCode;
  detail?: string;
}
