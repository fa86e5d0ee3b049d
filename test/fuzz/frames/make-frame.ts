import { limits } from '@parley/protocol';
import type { Random } from '../../chaos/random.ts';
import type { Values } from '../values.ts';
import { encodeFrame } from './raw-socket.ts';

/**
 * Creates a random input for a WebSocket. Most inputs are almost valid frames, so that they pass
 * the first checks of the server.
 */
export function makeFrame(random: Random, values: Values, places: Places): Made {
  const kind = random.next();
  if (kind < 0.08) return json(random, honest(random, values, places));
  if (kind < 0.5) return json(random, shaped(random, values, places));
  if (kind < 0.8) return json(random, spoilt(random, values, shaped(random, values, places)));
  if (kind < 0.94) return json(random, values.any());
  if (kind < 0.965) return fragmented(random, shaped(random, values, places));
  if (kind < 0.99) return text(random, values.mutate(Buffer.from(JSON.stringify(shaped(random, values, places)))));
  if (kind < 0.993) return { bytes: control(random, values), ends: 'maybe' };
  if (kind < 0.995) return { bytes: encodeFrame(0x82, values.bytes(200)), ends: 'yes' };
  if (kind < 0.996) return text(random, Buffer.alloc(random.whole(65_537, 300_000), random.pick(['x', '[', '"'])));
  if (kind < 0.9968) return text(random, Buffer.from(nested(random)));
  if (kind < 0.998) return { bytes: values.mutate(encodeFrame(0x81, values.bytes(100))), ends: 'maybe' };
  if (kind < 0.999) return { bytes: values.bytes(300), ends: 'maybe' };
  return text(random, Buffer.from(random.pick(['', '{', 'null x', 'nope', values.text()])));
}

/** Returns a valid `send` frame with unusual text. */
function honest(random: Random, values: Values, places: Places): object {
  const body = random.chance(0.7)
    ? { type: 'text', text: values.text() }
    : random.pick([
        { type: 'sticker', code: values.text() },
        { type: 'card', user: values.id() },
        { type: 'file', media: values.id(), name: values.text(), size: random.whole(0, 1e9), mime: 'text/plain' },
      ]);
  return { type: 'send', ref: places.nextRef(), to: places.peer, body };
}

/**
 * Returns a frame of a random type with all fields of that type. Some of their values are invalid.
 */
function shaped(random: Random, values: Values, places: Places): Record<string, unknown> {
  const { peer } = places;
  const id = () => (random.chance(0.5) ? places.seen() : random.chance(0.5) ? values.id() : values.number());
  const chat = () => (random.chance(0.6) ? peer : random.chance(0.8) ? values.id() : values.any());
  const body = () => (random.chance(0.7) ? { type: 'text', text: values.text() } : values.any());
  const ref = () => (random.chance(0.9) ? places.nextRef() : values.text());
  const make = random.pick<() => Record<string, unknown>>([
    () => ({ type: 'send', ref: ref(), to: chat(), body: body() }),
    () => ({ type: 'send', ref: ref(), to: peer, body: body(), replyTo: id(), mentions: [id(), values.any()] }),
    () => ({ type: 'mark', ref: ref(), chat: chat(), [random.pick(['read', 'delivered'])]: id() }),
    () => ({ type: 'received', cursor: random.pick([`${id()}-${id()}`, values.text()]) }),
    () => ({ type: 'typing', chat: chat(), active: random.chance(0.9) || values.any() }),
    () => ({ type: 'focus', chat: random.pick([peer, null, values.any()]) }),
    () => ({ type: 'watch', ref: ref(), users: [peer, values.id(), ...(random.chance(0.1) ? [values.any()] : [])] }),
    () => ({ type: 'recall', ref: ref(), chat: chat(), id: id() }),
    () => ({ type: 'edit', ref: ref(), chat: chat(), id: values.number(), body: body() }),
    () => ({ type: 'react', ref: ref(), chat: chat(), id: id(), emoji: values.text(), active: random.chance(0.5) }),
    () => ({ type: 'pin', ref: ref(), chat: chat(), id: id(), active: random.chance(0.5) || values.any() }),
    () => ({ type: 'hide', ref: ref(), chat: chat(), ids: random.chance(0.9) ? [id(), id()] : values.any() }),
    () => ({ type: 'auth', ref: ref(), token: values.text() }),
    () => ({ type: 'ping', ref: ref() }),
  ]);
  return make();
}

/** Returns a frame in which one field was added, removed or replaced by a random value. */
function spoilt(random: Random, values: Values, frame: Record<string, unknown>): object {
  const field = random.pick(Object.keys(frame));
  const others = Object.entries(frame).filter(([name]) => name !== field);
  return random.pick([
    { ...frame, [field]: values.any() },
    Object.fromEntries(others),
    { ...frame, [values.text()]: values.any() },
    { ...frame, type: values.text() },
  ]);
}

/**
 * Returns a frame with a value that is nested so deeply that a recursive parser could overflow its
 * stack.
 */
function nested(random: Random): string {
  const depth = random.pick([33, 1000, 30_000]);
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"a":', '}'],
  ]) as [string, string];
  const fits = Math.min(depth, Math.floor(60_000 / (open.length + close.length)));
  const value = `${open.repeat(fits)}1${close.repeat(fits)}`;
  return random.pick([
    value,
    `{"type":"send","ref":"n","to":${value},"body":{"type":"text","text":"x"}}`,
    `{"type":"send","ref":"n","to":7,"body":${value}}`,
    `{"mine":{"content":"x"},"to":{"id":${value}}}`,
    `{"type":"sendMessage","data":${value}}`,
  ]);
}

function json(random: Random, value: unknown): Made {
  return text(random, Buffer.from(JSON.stringify(value) ?? 'null'));
}

function text(random: Random, payload: Buffer): Made {
  // From time to time, sets a reserved bit of the WebSocket frame.
  const reserved = random.chance(0.001);
  const bytes = encodeFrame(reserved ? 0x91 : 0x81, payload);
  const good = !reserved && payload.length <= limits.frameBytes && isJson(payload);
  return { bytes, payload, ends: good ? 'no' : 'yes' };
}

/** Returns a text message in two fragments, sometimes with a ping between them. */
function fragmented(random: Random, frame: object): Made {
  const payload = Buffer.from(JSON.stringify(frame));
  const cut = random.whole(0, payload.length);
  const ping = random.chance(0.3) ? [encodeFrame(0x89, Buffer.from('between'))] : [];
  const parts = [encodeFrame(0x01, payload.subarray(0, cut)), ...ping, encodeFrame(0x80, payload.subarray(cut))];
  return { bytes: Buffer.concat(parts), payload, ends: 'no' };
}

function control(random: Random, values: Values): Buffer {
  const opcode = random.pick([0x89, 0x8a, 0x89, 0x8a, 0x89, 0x8a, 0x88, 0x83, 0x8b, 0x09]);
  return encodeFrame(opcode, values.bytes(random.chance(0.98) ? 125 : 200));
}

function isJson(payload: Buffer): boolean {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload));
    return true;
  } catch {
    return false;
  }
}

export interface Made {
  bytes: Buffer;
  /** Payload of a text frame. Undefined if the input is not a text frame. */
  payload?: Buffer;
  /**
   * Whether this input must end the connection (`yes`), must not end it (`no`), or can do either
   * (`maybe`).
   */
  ends: 'no' | 'maybe' | 'yes';
}

/** Ids and refs for the frames to create. */
export interface Places {
  peer: number;
  /** Returns the id of the message that the client received last. */
  seen(): number;
  nextRef(): string;
}
