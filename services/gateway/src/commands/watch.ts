import type { FrameOf } from '@parley/protocol';
import { readCopied } from '../users/permits.ts';
import type { CommandDeps } from './command.ts';
import type { SenderConnection } from './frame-sender.ts';
import { Refusal, sendRefusal } from './refusal.ts';

/** Users of a watch list that cost as much as one more frame. */
const USERS_PER_FRAME = 25;

/**
 * Replaces the watch list of a connection. Users to whom its user may not write are shown as
 * offline.
 */
export async function watch(
  deps: CommandDeps,
  connection: SenderConnection,
  frame: FrameOf<'watch'>,
): Promise<undefined> {
  const { redis, config, clock, watchList } = deps;
  const { id: me, budget } = connection.user;
  const users = [...new Set(frame.users)];
  const rate = { perSecond: config.frameRate, burst: config.frameBurst };
  if (!budget.takeFrames(users.length / USERS_PER_FRAME, clock.now, rate))
    throw new Refusal('too-many', 'You watch too many users at once', 1000);
  const isVisible = async (user: number) =>
    user === me || sendRefusal(await readCopied(redis, me, user), config.sendPolicy) === undefined;
  await watchList.watch(connection, users, isVisible);
}
