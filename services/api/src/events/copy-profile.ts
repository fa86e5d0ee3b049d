import type { Database } from '@parley/database';
import { type RedisConnection, writeProfile } from '@parley/redis';
import { getUser } from '../queries/users.ts';

/** Tells Redis how a user is shown, from what PostgreSQL holds at that moment; nothing if the id is no user's. */
export async function copyProfile(db: Database, redis: RedisConnection, id: number): Promise<void> {
  const user = await getUser(db, id);
  if (user !== undefined) await writeProfile(redis, id, user);
}
