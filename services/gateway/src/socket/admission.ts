import type { HttpRequest } from 'uWebSockets.js';
import { randomBytes } from 'node:crypto';
import { type ErrorCode, limits, parseCursor, subprotocol } from '@parley/protocol';
import type { ResumePoint } from '@parley/redis';
import type { Bearer } from '@parley/service';
import type { Claims } from '../connection/connection-deps.ts';
import type { ServerDeps as Gateway } from './server-deps.ts';

/**
 * Decides by the request alone whether someone may come in, in one go: the request is gone after an asynchronous wait. What
 * needs Redis, such as a revoked session, is found out later.
 */
export function admit(
  gateway: Gateway,
  request: HttpRequest,
  { token: text = tokenOf(request), device: usual }: Usual = {},
): Visitor | Refused {
  if (gateway.draining) return { code: 'draining' };
  if (!mayCome(gateway, request.getHeader('origin'), request.getHeader('host'))) {
    return { code: 'forbidden', detail: 'This origin is not allowed' };
  }
  if (text === undefined) return { code: 'unauthenticated' };
  const token = gateway.tokens.verify(text);
  if (!token.ok) return { code: 'unauthenticated', detail: `The access token is ${token.reason}` };
  const { bearer, session, expires } = token;
  const device = request.getQuery('device') || (usual ?? session);
  if (device.length > limits.device)
    return { code: 'bad-request', detail: `device has at most ${limits.device} characters` };
  return { connection: randomBytes(9).toString('base64url'), bearer, session, device, expires };
}

/** Like `admit`, for what stays: a user may have so many connections. */
export function admitConnection(gateway: Gateway, request: HttpRequest, usual?: Usual): Visitor | Refused {
  const admission = admit(gateway, request, usual);
  if ('code' in admission) return admission;
  if (!gateway.admission.admitConnection())
    return { code: 'unavailable', detail: 'Too many connections are being opened' };
  // A new one replaces those before, however many there are.
  if (gateway.config.sessionPolicy === 'single') return admission;
  const { bearer } = admission;
  // Of others it is found out once it is known who they are.
  const connections = 'user' in bearer ? (gateway.hub.find(bearer.user)?.connections.length ?? 0) : 0;
  if (connections < gateway.config.maxConnectionsPerUser) return admission;
  return { code: 'too-many', detail: 'Too many connections of this user' };
}

/** Programs send no origin; web pages may come from the gateway's own host or from where the config says. */
export function mayCome(gateway: Gateway, origin: string, host: string): boolean {
  if (origin === '') return true;
  const { origins } = gateway.config;
  if (origins.includes('*') || origins.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** Where a client wants to go on. A cursor that is none is like one of another epoch: the client is told to reload. */
export function placeOf(cursor: string | undefined): ResumePoint {
  if (!cursor) return 'acknowledged';
  if (cursor === 'latest') return 'latest';
  return parseCursor(cursor) ?? { epoch: 0, offset: 0 };
}

function tokenOf(request: HttpRequest): string | undefined {
  const bearer = /^bearer +(\S+)$/i.exec(request.getHeader('authorization'));
  if (bearer) return bearer[1];
  const protocols = request.getHeader('sec-websocket-protocol').split(',');
  return protocols[0]?.trim() === subprotocol ? protocols[1]?.trim() || undefined : undefined;
}

/** Someone with a good token, of whom it may still have to be found out which user they are; see `identify`. */
export type Visitor = Omit<Claims, 'user'> & { bearer: Bearer; code?: never };

/** What a request may leave out: where its token is found otherwise, and the device it is of. */
export interface Usual {
  token?: string;
  device?: string;
}

export interface Refused {
  code: ErrorCode;
  detail?: string;
}
