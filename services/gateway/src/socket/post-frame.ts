import type { HttpRequest, HttpResponse } from 'uWebSockets.js';
import { type ErrorCode, errorCodes, limits, readFrame } from '@parley/protocol';
import { isRevoked, take } from '@parley/redis';
import type { Caller } from '../caller.ts';
import { carryOutAlone } from '../commands/index.ts';
import type { Claims } from '../connection.ts';
import { errorFrame } from '../frames.ts';
import type { Gateway } from '../gateway.ts';
import { admit } from './admission.ts';
import { answer, corsHeaders, refuse } from './http.ts';
import { identify } from './identify.ts';

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
      const { text: body, status } = await reply(gateway, claims, text).catch((error): Reply => {
        gateway.log.warn({ err: error }, 'cannot take a frame');
        return { text: errorFrame(undefined, 'unavailable'), status: 503 };
      });
      const retry: Record<string, string> = status === 429 || status === 503 ? { 'retry-after': '1' } : {};
      answer(response, { status, type: 'application/json', body, headers: { ...headers, ...retry } });
    };
    identify(gateway, visitor, take, (why) => refuse(response, why, headers));
  });
}

async function reply(gateway: Gateway, claims: Claims, text: string): Promise<Reply> {
  const { link, config } = gateway;
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
  const taken = await take(link, 'frames', claims.user, { perSecond: config.frameRate, burst: config.frameBurst });
  if (taken.granted === 0) return error(frame.ref, 'too-many', undefined, taken.after);

  const caller: Caller = {
    id: claims.connection,
    user: gateway.hub.visitor(claims.user),
    session: claims.session,
    device: claims.device,
    inFlight: 0,
    ahead: undefined,
  };
  return answered(await carryOutAlone(gateway, caller, frame));
}

function answered(text: string | undefined): Reply {
  if (text === undefined) return { status: 204, text: '' };
  const { type, code } = JSON.parse(text) as { type: string; code?: ErrorCode };
  return { text, status: type === 'error' && code ? errorCodes[code].status : 200 };
}

function error(ref: string | undefined, code: ErrorCode, message?: string, retryAfter?: number): Reply {
  return { text: errorFrame(ref, code, message, retryAfter), status: errorCodes[code].status };
}

interface Reply {
  status: number;
  text: string;
}
