import type { RedisConnection } from '../connection/redis-connection.ts';

/** Seconds for which the facts of a message that the recorder looked up are kept. */
const FACTS_TTL = 30;

/** What the recorder found out about a message that a user asked for; undefined when it has not answered yet. */
export async function readFacts(
  redis: RedisConnection,
  user: number,
  chat: number,
  id: number,
): Promise<MessageFacts | undefined> {
  const text = await redis.client.get(redis.keys.facts(user, chat, id));
  return text === null ? undefined : (JSON.parse(text) as MessageFacts);
}

/** Says what is known of a message of a user's chat, for the gateway that asked through the record stream. */
export async function writeFacts(
  redis: RedisConnection,
  user: number,
  chat: number,
  id: number,
  facts: MessageFacts,
): Promise<void> {
  await redis.client.set(redis.keys.facts(user, chat, id), JSON.stringify(facts), 'EX', FACTS_TTL);
}

/** Who sent a message and whether it was taken back; `from` is null when the user's chat has no such message. */
export interface MessageFacts {
  from: number | null;
  recalled: boolean;
}
