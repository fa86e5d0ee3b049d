import type { RedisConnection } from '../connection/redis-connection.ts';

/** Seconds for which facts about a message are cached. */
const FACTS_TTL = 30;

/**
 * Returns the facts about a message of a user's chat that the recorder read from PostgreSQL.
 * Undefined if the recorder has not written them yet.
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

/** Stores the facts about a message of a user's chat, for the gateway that requested them. */
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
 * The sender of a message, and whether the message was recalled. `from` is null if the user's chat
 * does not contain the message.
 */
export interface MessageFacts {
  from: number | null;
  recalled: boolean;
  /** Set if the user is the owner or an admin of the group in which the message was sent. */
  moderates?: true;
}
