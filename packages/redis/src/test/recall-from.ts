import type { RedisConnection } from '../connection/redis-connection.ts';

/** Makes the inboxes of users withhold the body of a message, as a recall does. */
export async function recallFrom(
  connection: RedisConnection,
  users: number[],
  conversation: string,
  id: number,
): Promise<void> {
  await Promise.all(
    users.map((user) => connection.client.zadd(connection.keys.recalled(user), id, `${conversation}:${id}`)),
  );
}
