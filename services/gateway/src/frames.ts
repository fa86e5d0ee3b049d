import {
  type Body,
  type Cursor,
  type Custom,
  type ErrorCode,
  errorCodes,
  formatCursor,
  limits,
} from '@parley/protocol';
import { LIVE_HEAD } from '@parley/redis';

/**
 * Returns an error frame as JSON. `retryAfter` is in ms. Default of `message`: the title of the
 * code.
 */
export function errorFrame(ref: string | undefined, code: ErrorCode, message?: string, retryAfter?: number): string {
  const { title, retry } = errorCodes[code];
  return JSON.stringify({ type: 'error', ref, code, message: message ?? title, retry, retryAfter });
}

/** Returns the reply to `send`. */
export function sendAckFrame(ref: string, accepted: Acceptance): string {
  const { id, conversation, date, cursor, online, duplicate } = accepted;
  const head = `{"type":"ack","ref":${JSON.stringify(ref)},"id":${id},"conversation":"${conversation}"`;
  return `${head},"date":${date},"cursor":"${cursor}","online":${online},"duplicate":${duplicate}}`;
}

/**
 * Adds the content of a message, as a hook has changed it, to the reply to `send`. Returns error
 * frames unchanged.
 */
export function changedAckFrame(reply: string, body: Body, custom: Custom | null): string {
  const frame = JSON.parse(reply);
  return frame.type === 'ack' ? JSON.stringify({ ...frame, body, custom }) : reply;
}

/** Returns the acknowledgement of a frame other than `send`. */
export function ackFrame(ref: string): string {
  return `{"type":"ack","ref":${JSON.stringify(ref)}}`;
}

/** Returns the acknowledgement of a read mark that is hidden from the peer. */
export function privateAckFrame(ref: string): string {
  return `{"type":"ack","ref":${JSON.stringify(ref)},"private":true}`;
}

export function pongFrame(ref: string | undefined): string {
  return JSON.stringify({ type: 'pong', ref });
}

/**
 * Returns an event frame, with the same bytes as the Lua scripts in Redis publish. `event` is JSON.
 */
export function eventFrame(cursor: Cursor, event: string): string {
  return `${EVENT_HEAD}${formatCursor(cursor)}","event":${event}}`;
}

export function presenceFrame(user: number, online: boolean, lastSeen: number | null): string {
  return `{"type":"presence","user":${user},"online":${online},"lastSeen":${lastSeen}}`;
}

export function typingFrame({ chat, user, active, state }: Typing): string {
  return JSON.stringify({ type: 'typing', chat, user, active, state });
}

/** Returns the reply to the `read` frame of a streamed message: its text so far. */
export function streamFrame({ ref, chat, id, user, index, text }: StreamText): string {
  return JSON.stringify({ type: 'stream', ref, chat, id, user, index, text, whole: true });
}

/** Splits a published Redis message that consists of several frames, see `liveMessage`. */
export function splitLive(message: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let from = LIVE_HEAD.length; ; ) {
    const end = message.indexOf(NEWLINE, from);
    if (end < 0) return frames;
    const last = message[end - 1] === COMMA ? end - 1 : end;
    frames.push(message.subarray(from, last));
    from = end + 1;
  }
}

/** Returns whether a published Redis message consists of several frames. */
export function isLive(message: Buffer): boolean {
  return message[LIVE_AT] === NEWLINE && message.toString('latin1', 0, LIVE_HEAD.length) === LIVE_HEAD;
}

/** Returns a frame that requests the client to reconnect after this number of ms. */
export function reconnectFrame(after: number): string {
  return `{"type":"reconnect","after":${after}}`;
}

/** Returns the welcome, which is the first frame of a connection. */
export function welcomeFrame({ connection, user, page, heartbeat }: Welcome): string {
  const { epoch, offset, last, recovered } = page;
  return JSON.stringify({
    type: 'welcome',
    connection,
    user,
    cursor: formatCursor({ epoch, offset }),
    last: formatCursor({ epoch, offset: last }),
    recovered,
    heartbeat,
    maxInFlight: limits.inFlight,
  });
}

/**
 * Returns whether a published Redis message is an event, and not another frame or a control
 * message.
 */
export function isEventFrame(data: Uint8Array): boolean {
  return data[EVENT_AT] === EVENT_BYTE;
}

/** Returns the cursor of an event frame. Parses only the digits of the cursor, not the JSON. */
export function readCursor(frame: Uint8Array): Cursor {
  let at = EVENT_HEAD.length;
  let epoch = 0;
  for (let byte = frame[at] as number; byte !== DASH; byte = frame[++at] as number) epoch = epoch * 10 + byte - ZERO;
  let offset = 0;
  for (let byte = frame[++at] as number; byte !== QUOTE; byte = frame[++at] as number)
    offset = offset * 10 + byte - ZERO;
  return { epoch, offset };
}

/**
 * Returns the id and conversation of the message in an event frame. Undefined for every other
 * frame.
 */
export function readMessageId(frame: Buffer): { id: number; conversation: string } | undefined {
  if (!isEventFrame(frame)) return undefined;
  const found = messagePattern.exec(frame.toString('latin1', 0, MESSAGE_HEAD_BYTES));
  return found ? { id: Number(found[1]), conversation: found[2] as string } : undefined;
}

/**
 * The bytes with which the Lua scripts begin an event frame. No other frame that they
 * publish has a type that begins with `e`.
 */
const EVENT_HEAD = '{"type":"event","cursor":"';
const EVENT_AT = '{"type":"'.length;
const EVENT_BYTE = 'e'.charCodeAt(0);
const DASH = '-'.charCodeAt(0);
const COMMA = ','.charCodeAt(0);
const NEWLINE = '\n'.charCodeAt(0);
/** Index of the first line break in a published Redis message that consists of several frames. */
const LIVE_AT = LIVE_HEAD.length - 1;
const QUOTE = '"'.charCodeAt(0);
const ZERO = '0'.charCodeAt(0);

/**
 * Matches the beginning of an event frame with a message, up to the first field that the user
 * wrote.
 */
const messagePattern =
  /^\{"type":"event","cursor":"\d+-\d+","event":\{"kind":"message","id":(\d+),"conversation":"(\w+)"/;
const MESSAGE_HEAD_BYTES = 200;

interface Acceptance {
  id: number;
  conversation: string;
  date: number;
  cursor: string;
  online: boolean;
  duplicate: boolean;
}

interface StreamText {
  ref: string | undefined;
  chat: number;
  id: number;
  user: number;
  index: number;
  text: string;
}

interface Typing {
  chat: number;
  user: number;
  active: boolean;
  state?: string | undefined;
}

interface Welcome {
  connection: string;
  user: number;
  /** First page of the inbox. */
  page: { epoch: number; offset: number; last: number; recovered: boolean };
  /** Ms. */
  heartbeat: number;
}
