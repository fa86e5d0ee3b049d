import type { FrameOf } from '@parley/protocol';
import type { CommandDeps } from './command.ts';
import type { SenderConnection } from './frame-sender.ts';
import { Refusal, sendRefusal } from './refusal.ts';

/** Number of watched users that cost as much as one frame under the rate limit on frames. */
const USERS_PER_FRAME = 10;

/**
 * Replaces the list of users whose presence a connection receives. The gateway shows a user as
 * offline if the connection's user is not allowed to write to that user, or if that user hides
 * presence.
 */
export async function watch(
  deps: CommandDeps,
  connection: SenderConnection,
  frame: FrameOf<'watch'>,
): Promise<undefined> {
  const { config, clock, localRates, permits, watchList } = deps;
  const { user: me } = connection;
  const users = [...new Set(frame.users)];
  if (!me.budget.takeFrame(users.length / USERS_PER_FRAME, 0, clock.now, localRates))
    throw new Refusal('too-many', 'You watch too many users at the same time.', 1000);
  const isVisible = async (user: number) => {
    if (user === me.id) return true;
    const { standing, hidesPresence } = await permits.read(me, user);
    return !hidesPresence && sendRefusal(standing, config.sendPolicy) === undefined;
  };
  await watchList.watch(connection, users, isVisible);
}
