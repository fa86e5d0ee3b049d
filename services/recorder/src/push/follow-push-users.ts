import { type Database, type Listener, listen } from '@parley/database';
import type { PushUsers } from './push-users.ts';

/** Ms between two reads of all users. Each read removes users who no longer have a device. */
const REFRESH_INTERVAL_MS = 600_000;

/** Keeps `users` equal to the table of push devices, through notifications of PostgreSQL. */
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
