import type { Database } from '@parley/database';
import { type RedisConnection, writeProfile } from '@parley/redis';
import { getUser } from '../queries/users.ts';

/**
 * Copies a user's profile (name and avatar) from PostgreSQL to Redis. No-op for an unknown user.
 */
export async function copyProfile(db: Database, redis: RedisConnection, id: number): Promise<void> {
  const user = await getUser(db, id);
  if (user !== undefined) await writeProfile(redis, id, user);
}
