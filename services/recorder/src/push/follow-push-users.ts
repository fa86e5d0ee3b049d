import { type Database, type Listener, listen } from '@parley/database';
import type { PushUsers } from './push-users.ts';

/**
 * Ms between two reads of all users with a push device. Each read removes users who no longer have
 * one.
 */
const REFRESH_INTERVAL_MS = 600_000;

/**
 * Keeps `users` up to date with the table of push devices, by listening to notifications of
 * PostgreSQL.
 */
export function followPushUsers(users: PushUsers, db: Database, options: FollowOptions): Listener {
  const read = async () => {
    const rows = await db.selectFrom('push_subscriptions').select('user_id').distinct().execute();
    users.set(rows.map(({ user_id }) => user_id));
  };
  const listener = listen({
    ...options,
    channel: 'parley_push_user',
    onConnect: read,
    onDisconnect: () => users.set(undefined),
    onNotify: (user) => users.add(Number(user)),
  });
  const refresh = setInterval(() => read().catch(options.onError), REFRESH_INTERVAL_MS).unref();
  return {
    stop: async () => {
      clearInterval(refresh);
      await listener.stop();
    },
  };
}

interface FollowOptions {
  url: string;
  name: string;
  onError: (error: Error) => void;
}
