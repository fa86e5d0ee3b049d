import type { FrameOf } from '@parley/protocol';
import type { Connection } from '../connection/connection.ts';
import type { Gateway } from '../start-gateway.ts';
import { readCopied } from '../users/permits.ts';
import { Refusal, whyNot } from './refusal.ts';

/** Users that cost as much as one frame more. */
const USERS_PER_FRAME = 25;

/** Follows the presence of users instead of those before. Whom one may not write to, one may not see: they count as offline. */
export async function watch(gateway: Gateway, connection: Connection, frame: FrameOf<'watch'>): Promise<undefined> {
  const { link, config, watching } = gateway;
  const users = [...new Set(frame.users)];
  if (!connection.admit(users.length / USERS_PER_FRAME))
    throw new Refusal('too-many', 'Too many users watched at once', 1000);
  const me = connection.user.id;
  await watching.watch(
    connection,
    users,
    async (user) => user === me || whyNot(await readCopied(link, me, user), config.sendPolicy) === undefined,
  );
}
