import type { RedisConnection } from '../connection/redis-connection.ts';

/** Seconds for which the looked-up facts of a message are cached. */
const FACTS_TTL = 30;

/**
 * Returns the facts that the recorder looked up about a user's message. Undefined if it has not
 * looked them up yet.
 */
export async function readFacts(
  redis: RedisConnection,
  user: number,
  chat: number,
  id: number,
): Promise<MessageFacts | undefined> {
  const text = await redis.client.get(redis.keys.facts(user, chat, id));
  return text === null ? undefined : (JSON.parse(text) as MessageFacts);
}

/** Stores the facts of a message of a user's chat for the gateway that requested them. */
export async function writeFacts(
  redis: RedisConnection,
  user: number,
  chat: number,
  id: number,
  facts: MessageFacts,
): Promise<void> {
  await redis.client.set(redis.keys.facts(user, chat, id), JSON.stringify(facts), 'EX', FACTS_TTL);
}

/**
 * The sender of a message, and whether it was recalled. `from` is null if the user's chat has no
 * such message.
 */
export interface MessageFacts {
  from: number | null;
  recalled: boolean;
  /** Set if the user is owner or admin of the group of the message. */
  moderates?: true;
}
