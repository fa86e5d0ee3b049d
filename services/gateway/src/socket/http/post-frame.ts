import { isUtf8 } from 'node:buffer';
import { type ErrorCode, errorCodes, limits, parseJson, readFrame, type ServerFrame } from '@parley/protocol';
import { isRevoked } from '@parley/redis';
import { RequestSender } from '../../commands/frame-sender.ts';
import type { Claims } from '../../connection/connection-deps.ts';
import { errorFrame } from '../../frames.ts';
import { admit, type Refused, type Visitor } from '../admission.ts';
import { identify } from '../identify.ts';
import type { ServerDeps } from '../server-deps.ts';
import type { HttpReply, IncomingRequest, OutgoingResponse, RequestBody } from '../socket-server.ts';
import { corsHeaders, jsonReply, problemReply, refuse } from './replies.ts';
import type { BodyLimit, UnfinishedBodies } from './unfinished-bodies.ts';

/**
 * Handles `POST /v1/frames`: runs one client frame and responds with its reply frame. Forwards a
 * frame that changes a connection (`focus`, `watch`, `auth`) to the connections of the same device,
 * on any gateway. Refuses a request without a valid token before it reads the body.
 */
export function postFrame(
  deps: ServerDeps,
  unfinished: UnfinishedBodies,
  request: IncomingRequest,
  response: OutgoingResponse,
): void {
  const headers = corsHeaders(deps, request);
  const visitor = admit(deps, request);
  if (visitor.code !== undefined) return refuse(response, visitor, headers);
  if (!['', 'identity'].includes(request.header('content-encoding').toLowerCase())) {
    const detail = 'Send the body without Content-Encoding. Compressed bodies are not supported.';
    return refuse(response, { code: 'bad-request', detail }, headers);
  }
  const bodyLimits = bodyLimitsOf(deps, visitor, request);
  if (!unfinished.begin(bodyLimits)) {
    return refuse(response, { code: 'too-many', detail: 'Too many requests whose body has not arrived.' }, headers);
  }
  const reading = response.readBody(limits.frameBytes).finally(() => unfinished.end(bodyLimits));
  replyTo(deps, visitor, reading).then(
    (reply) => response.send({ ...reply, headers: { ...reply.headers, ...headers } }),
    (error) => {
      deps.log.error({ err: error }, 'request handler failed');
      refuse(response, { code: 'internal' }, headers);
    },
  );
}

function bodyLimitsOf({ config }: ServerDeps, { bearer }: Visitor, { address }: IncomingRequest): BodyLimit[] {
  return [
    { key: `address ${address}`, max: config.maxUnfinishedPerAddress },
    { key: `user ${JSON.stringify(bearer)}`, max: config.maxUnfinishedPerUser },
  ];
}

async function replyTo(deps: ServerDeps, visitor: Visitor, reading: Promise<RequestBody>): Promise<HttpReply> {
  const body = await reading;
  // Ends the HTTP connection, because the rest of the body would be parsed as the next request.
  if (typeof body === 'string') return { ...problemReply({ code: refusals[body] }), close: true };
  if (!isUtf8(body)) return errorReply(undefined, 'bad-frame', 'Not UTF-8');
  const found = await new Promise<Claims | Refused>((resolve) => identify(deps, visitor, resolve, resolve));
  if ('code' in found) return problemReply(found);
  return runFrame(deps, found, body.toString()).catch((cause) => {
    deps.log.warn({ err: cause }, 'posted frame failed');
    return errorReply(undefined, 'unavailable');
  });
}

const refusals = { 'too-large': 'too-large', 'too-slow': 'too-slow', aborted: 'bad-request' } as const;

async function runFrame(deps: ServerDeps, claims: Claims, text: string): Promise<HttpReply> {
  const { redis, counters } = deps;
  counters.frames += 1;
  const refuse = (ref: string | undefined, code: ErrorCode, message?: string, retryAfter?: number) => {
    counters.refuse(code);
    return errorReply(ref, code, message, retryAfter);
  };
  const json = parseJson(text);
  if (!json.ok) return refuse(json.ref, 'bad-frame', json.message);
  const reading = readFrame(json.value);
  if (!reading.ok) return refuse(reading.ref, 'bad-frame', reading.message);
  const { frame } = reading;
  if (await isRevoked(redis, claims.user, claims.session))
    return refuse(frame.ref, 'unauthenticated', 'The session was ended');
  const after = await deps.frames.admitRequest(claims.user, Buffer.byteLength(text));
  if (after !== undefined) return refuse(frame.ref, 'too-many', undefined, after);

  const sender = new RequestSender(deps.hub.visitor(claims.user), claims);
  return toReply(await deps.frames.run(sender, frame));
}

/**
 * Returns the response whose body is a reply frame. For an error frame, its code decides the HTTP
 * status.
 */
function toReply(text: string | undefined): HttpReply {
  if (text === undefined) return { status: 204, headers: { 'cache-control': 'no-store' } };
  const frame = JSON.parse(text) as ServerFrame;
  if (frame.type !== 'error') return jsonReply(text);
  const { status, retry } = errorCodes[frame.code];
  const later = retry || frame.retryAfter !== undefined;
  const seconds = Math.ceil((frame.retryAfter ?? 1000) / 1000);
  const headers: Record<string, string> = status === 401 ? { 'www-authenticate': 'Bearer' } : {};
  return jsonReply(text, later ? { ...headers, 'retry-after': String(seconds) } : headers, status);
}

function errorReply(ref: string | undefined, code: ErrorCode, message?: string, retryAfter?: number): HttpReply {
  return toReply(errorFrame(ref, code, message, retryAfter));
}
