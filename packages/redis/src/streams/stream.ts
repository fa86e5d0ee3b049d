import type { RedisConnection } from '../connection/redis-connection.ts';

/** A stream that `accept` opens: a message whose text grows. */
export interface NewStream {
  /** The first text as JSON text. */
  text: string;
  /** Ms without an append after which it ends by itself. */
  idle: number;
  /** Ms after which it ends in any case. */
  time: number;
  facts: {
    /** Characters of the first text. */
    chars: number;
    /** Whether its end is recorded: 1 or 0. */
    record: 0 | 1;
    /** Member that stands for the stream in the sorted set `openStreams`. */
    slot: string;
    /** Data of the app as JSON text. */
    custom?: string;
    silent?: 1;
    /**
     * Set if hooks must check the final content. If it ends by itself, it then ends with its first
     * text.
     */
    asked?: 1;
  };
}

/** Returns a stream that is open. Undefined if the message is complete or was never streamed. */
export async function readStream(
  redis: RedisConnection,
  conversation: string,
  id: number,
): Promise<Stream | undefined> {
  const key = redis.keys.stream(conversation, id);
  const list = redis.keys.streamTexts(conversation, id);
  const [facts, texts] = (await Promise.all([
    redis.call(key, ['HMGET', key, 'from', 'record', 'custom', 'silent', 'asked']),
    redis.call(list, ['LRANGE', list, 0, -1]),
  ])) as [(string | null)[], string[]];
  const [from, record, custom, silent, asked] = facts;
  const parts = texts.map((text) => JSON.parse(text) as string);
  const [first] = parts;
  if (from == null || first === undefined) return undefined;
  return {
    from: Number(from),
    recorded: record === '1',
    ...(custom != null && { custom }),
    silent: silent === '1',
    asked: asked === '1',
    index: parts.length - 1,
    first,
    text: parts.join(''),
  };
}

export interface Stream {
  /** The sender. */
  from: number;
  /** Whether its end is recorded. */
  recorded: boolean;
  /** Data of the app as JSON text. */
  custom?: string;
  /** Sent without a push notification. */
  silent: boolean;
  /** Whether hooks must check the final content. */
  asked: boolean;
  /** Number of appends so far. */
  index: number;
  /** The first text. */
  first: string;
  /** All text so far. */
  text: string;
}
