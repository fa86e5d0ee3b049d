import type { HttpRequest, HttpResponse } from 'uWebSockets.js';
import { type ErrorCode, errorCodes, limits, readFrame, type ServerFrame } from '@parley/protocol';
import { isRevoked, takeTokens } from '@parley/redis';
import { RequestSender } from '../commands/frame-sender.ts';
import type { Claims } from '../connection/connection-deps.ts';
import { errorFrame } from '../frames.ts';
import { admit } from './admission.ts';
import { answer, corsHeaders, refuse } from './http.ts';
import { identify } from './identify.ts';
import type { ServerDeps as Gateway } from './server-deps.ts';

/**
 * `POST /v1/frames`: one client frame, answered with its reply frame. What concerns a connection (`focus`, `watch`, `auth`) is handed
 * to the connections of the same device, at whatever gateway they are.
 */
export function takeFrame(gateway: Gateway, response: HttpResponse, request: HttpRequest): void {
  const visitor = admit(gateway, request);
  const headers = corsHeaders(gateway, request);
  response.onAborted(() => {
    response.aborted = true;
  });
  const parts: Buffer[] = [];
  let size = 0;
  response.onData((part, isLast) => {
    size += part.byteLength;
    if (size <= limits.frameBytes) parts.push(Buffer.from(part.slice(0)));
    if (!isLast) return;
    if (visitor.code !== undefined) return refuse(response, visitor, headers);
    if (size > limits.frameBytes) return refuse(response, { code: 'too-large' }, headers);
    const text = Buffer.concat(parts).toString();
    const take = async (claims: Claims) => {
      const answered = await reply(gateway, claims, text).catch((cause): Reply => {
        gateway.log.warn({ err: cause }, 'cannot take a frame');
        return error(undefined, 'unavailable');
      });
      const { text: body, status, retryAfter } = answered;
      const retry = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
      answer(response, { status, type: 'application/json', body, headers: { ...headers, ...retry } });
    };
    identify(gateway, visitor, take, (why) => refuse(response, why, headers));
  });
}

async function reply(gateway: Gateway, claims: Claims, text: string): Promise<Reply> {
  const { redis: link, config } = gateway;
  gateway.counters.frames += 1;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return error(undefined, 'bad-frame', 'Not JSON');
  }
  const reading = readFrame(value);
  if (!reading.ok) return error(reading.ref, 'bad-frame', reading.message);
  const { frame } = reading;
  if (await isRevoked(link, claims.user, claims.session))
    return error(frame.ref, 'unauthenticated', 'The session was ended');
  const taken = await takeTokens(link, 'frames', claims.user, {
    perSecond: config.frameRate,
    burst: config.frameBurst,
  });
  if (taken.granted === 0) return error(frame.ref, 'too-many', undefined, taken.after);

  const sender = new RequestSender(gateway.hub.visitor(claims.user), claims);
  return toReply(await gateway.frames.run(sender, frame));
}

function toReply(text: string | undefined): Reply {
  if (text === undefined) return { status: 204, text: '' };
  const frame = JSON.parse(text) as ServerFrame;
  if (frame.type !== 'error') return { status: 200, text };
  const { status, retry } = errorCodes[frame.code];
  return { status, text, ...(retry && { retryAfter: Math.ceil((frame.retryAfter ?? 1000) / 1000) }) };
}

function error(ref: string | undefined, code: ErrorCode, message?: string, retryAfter?: number): Reply {
  return toReply(errorFrame(ref, code, message, retryAfter));
}

interface Reply {
  status: number;
  /** Empty when there is nothing to say. */
  text: string;
  /** Seconds. */
  retryAfter?: number;
}
