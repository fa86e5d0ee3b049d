import type { RedisConnection } from '../link.ts';

/** Makes the inboxes of users withhold a message, as taking it back does. */
export async function recallFrom(
  link: RedisConnection,
  users: number[],
  conversation: string,
  id: number,
): Promise<void> {
  await Promise.all(users.map((user) => link.client.zadd(link.keys.recalled(user), id, `${conversation}:${id}`)));
}
