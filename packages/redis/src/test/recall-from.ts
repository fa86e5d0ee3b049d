import type { Link } from '../link.ts';

/** Makes the inboxes of users withhold a message, as taking it back does. */
export async function recallFrom(link: Link, users: number[], conversation: string, id: number): Promise<void> {
  await Promise.all(users.map((user) => link.client.zadd(link.keys.recalled(user), id, `${conversation}:${id}`)));
}
