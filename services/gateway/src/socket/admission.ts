import { randomBytes } from 'node:crypto';
import { type ErrorCode, limits, parseCursor, subprotocol } from '@parley/protocol';
import type { ResumePoint } from '@parley/redis';
import type { Bearer } from '@parley/service';
import type { Claims } from '../connection/connection-deps.ts';
import type { ServerDeps } from './server-deps.ts';
import type { IncomingRequest } from './socket-server.ts';

/**
 * Checks the token, origin and device of a request. Later steps make the checks that need Redis.
 */
export function admit(
  deps: ServerDeps,
  request: IncomingRequest,
  { token: text = tokenOf(request), device: defaultDevice }: Defaults = {},
): Visitor | Refused {
  if (deps.draining) return { code: 'draining' };
  if (!isAllowedOrigin(deps, request)) return { code: 'forbidden', detail: 'This origin is not allowed.' };
  if (text === undefined) return { code: 'unauthenticated' };
  const token = deps.tokens.verify(text);
  if (!token.ok) return { code: 'unauthenticated', detail: `The access token is ${token.reason}.` };
  const { bearer, session, expires } = token;
  const device = request.query('device') || (defaultDevice ?? session);
  if (device.length > limits.device || !device.isWellFormed() || device.includes('\0'))
    return { code: 'bad-request', detail: `device must be text of at most ${limits.device} characters.` };
  const echo = request.query('echo') !== '0';
  return { connection: randomBytes(9).toString('base64url'), bearer, session, device, expires, echo };
}

/**
 * Checks a request that opens a connection: everything that `admit` checks, the cursor, and the
 * number of connections that the gateway is opening. `refuseOpening` checks the user later.
 */
export function admitConnection(
  deps: ServerDeps,
  request: IncomingRequest,
  { cursor = request.query('cursor'), ...defaults }: ConnectionDefaults = {},
): ConnectionVisitor | Refused {
  const visitor = admit(deps, request, defaults);
  if (visitor.code !== undefined) return visitor;
  const from = resumePointOf(cursor);
  if (from === undefined) return { code: 'bad-request', detail: 'cursor must be "latest" or a cursor from a frame.' };
  if (!deps.admission.admitConnection())
    return { code: 'unavailable', detail: 'Too many connections are being opened.' };
  return { ...visitor, from };
}

/**
 * Returns why a user cannot open another connection to this gateway now. Otherwise charges the user
 * for opening the connection and returns undefined.
 */
export function refuseOpening({ config, frames, hub }: ServerDeps, id: number): Refused | undefined {
  const user = hub.find(id);
  // The hub has no entry for a user without a connection. The first connection costs nothing.
  if (!user) return undefined;
  // Connections at other gateways are counted later, with Redis. If a new connection closes the
  // user's older ones, their number needs no limit.
  if (config.sessionPolicy === 'multi' && user.connections.length >= config.maxConnectionsPerUser)
    return { code: 'too-many', detail: 'Too many connections of this user.' };
  const wait = frames.admitOpening(user);
  if (wait === 0) return undefined;
  return { code: 'too-many', detail: 'You open connections too fast.', retryAfter: Math.ceil(wait / 1000) };
}

/**
 * Returns whether a web page of this origin is allowed to use the gateway: a page of the gateway's
 * own host or of a configured origin. Requests without an origin are allowed, because they come
 * from programs.
 */
export function isAllowedOrigin({ config }: ServerDeps, request: IncomingRequest): boolean {
  const origin = request.header('origin');
  if (origin === '') return true;
  if (config.origins.includes('*') || config.origins.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === request.header('host');
}

/**
 * Returns the position from which a client wants to resume. Undefined if the parameter is not a
 * valid cursor.
 */
function resumePointOf(cursor: string | undefined): ResumePoint | undefined {
  if (!cursor) return 'acknowledged';
  return cursor === 'latest' ? 'latest' : parseCursor(cursor);
}

function tokenOf(request: IncomingRequest): string | undefined {
  const bearer = /^bearer +(\S+)$/i.exec(request.header('authorization'));
  if (bearer) return bearer[1];
  const protocols = request.header('sec-websocket-protocol').split(',');
  return protocols[0]?.trim() === subprotocol ? protocols[1]?.trim() || undefined : undefined;
}

/**
 * The sender of a request with a valid token. Some tokens do not contain the user id; `identify`
 * finds it.
 */
export type Visitor = Omit<Claims, 'user'> & { bearer: Bearer; code?: never };

/** The sender of a request that opens a connection, with the position from which it resumes. */
export type ConnectionVisitor = Visitor & { from: ResumePoint };

/** Values that the gateway uses if the request does not contain its own. */
export interface Defaults {
  /** Access token. Default: the token in the headers. */
  token?: string;
  /** Device id. Default: the session id in the token. */
  device?: string;
}

export interface ConnectionDefaults extends Defaults {
  /** Cursor of the connection. Default: the query parameter `cursor`. */
  cursor?: string;
}

/** The reason why the gateway refuses a request. */
export interface Refused {
  code: ErrorCode;
  /** A sentence for the user. Default: the title of the code. */
  detail?: string;
  /** Seconds after which the client can repeat the request. Default: depends on the code. */
  retryAfter?: number;
}
