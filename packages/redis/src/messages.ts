import type { Link } from './link.ts';

/** Seconds for which the facts of a message that the recorder looked up are kept. */
const FACTS_TTL = 30;

/** Makes these users' inboxes withhold the body of a message that was taken back, as long as they may hold it. */
export async function recallFrom(link: Link, users: number[], conversation: string, id: number): Promise<void> {
  await Promise.all(
    users.flatMap((user) => {
      const name = link.keys.recalled(user);
      return [
        link.client.zadd(name, id, `${conversation}:${id}`),
        link.client.zremrangebyrank(name, 0, -1 - 2 * link.inboxLength),
        link.client.expire(name, link.inboxTtl + 3600),
      ];
    }),
  );
}

/** What the recorder found out about a message that a user asked for; undefined when it has not answered yet. */
export async function readFacts(link: Link, user: number, chat: number, id: number): Promise<MessageFacts | undefined> {
  const text = await link.client.get(link.keys.facts(user, chat, id));
  return text === null ? undefined : (JSON.parse(text) as MessageFacts);
}

/** Says what is known of a message of a user's chat, for the gateway that asked through the record stream. */
export async function writeFacts(
  link: Link,
  user: number,
  chat: number,
  id: number,
  facts: MessageFacts,
): Promise<void> {
  await link.client.set(link.keys.facts(user, chat, id), JSON.stringify(facts), 'EX', FACTS_TTL);
}

/** Who sent a message and whether it was taken back; `from` is null when the user's chat has no such message. */
export interface MessageFacts {
  from: number | null;
  recalled: boolean;
}
