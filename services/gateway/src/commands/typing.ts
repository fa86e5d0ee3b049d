import type { FrameOf } from '@parley/protocol';
import { publish } from '@parley/redis';
import { typingFrame } from '../frames.ts';
import { readMembership } from '../users/permits.ts';
import type { CommandDeps } from './command.ts';
import type { FrameSender } from './frame-sender.ts';
import { sendRefusal } from './refusal.ts';

/**
 * Shows the other participants of a chat that the user is typing. No-op if the user may not write
 * to them.
 */
export async function typing(deps: CommandDeps, { user }: FrameSender, frame: FrameOf<'typing'>): Promise<undefined> {
  const { redis, config } = deps;
  const found = await readMembership(redis, user, frame.chat);
  const group = typeof found !== 'string';
  if (!group && sendRefusal(found, config.sendPolicy) !== undefined) return;
  const others = group ? found.filter((id) => id !== user.id) : [frame.chat];
  const text = typingFrame(group ? frame.chat : user.id, user.id, frame.active);
  await Promise.all(others.map((id) => publish(redis, id, text)));
}
