import type { RedisConnection } from '../connection/redis-connection.ts';

/** A stream to be opened by `accept`: a message whose text grows. */
export interface NewStream {
  /** The first text of the stream, as JSON text. */
  text: string;
  /** Ms without an append after which the stream ends by itself. */
  idle: number;
  /** Ms after which the stream ends in any case. */
  time: number;
  facts: {
    /** Number of characters of the first text. */
    chars: number;
    /** 1 if the final content is recorded, otherwise 0. */
    record: 0 | 1;
    /** Name of the stream's slot in the sorted set `openStreams`. */
    slot: string;
    /** Custom data of the app, as JSON text. */
    custom?: string;
    silent?: 1;
    /**
     * Set if hooks must check the final content. If the stream ends by itself, its final content is
     * then only the first text.
     */
    asked?: 1;
  };
}

/**
 * Returns the data of a stream that is open. Undefined if the message is complete or was never
 * streamed.
 */
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
  /** True if the final content is recorded. */
  recorded: boolean;
  /** Custom data of the app, as JSON text. */
  custom?: string;
  /** True if the message was sent without a push notification. */
  silent: boolean;
  /** True if hooks must check the final content. */
  asked: boolean;
  /** Number of appends so far. */
  index: number;
  /** The first text. */
  first: string;
  /** All text so far. */
  text: string;
}
