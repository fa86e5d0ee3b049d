import type { FrameOf } from '@parley/protocol';
import { publish } from '@parley/redis';
import { RateExceeded } from '../admission/user-rates.ts';
import { typingFrame } from '../frames.ts';
import type { CommandDeps } from './command.ts';
import type { FrameSender } from './frame-sender.ts';
import { sendRefusal } from './refusal.ts';

/**
 * Shows the other participants of a chat what the user is doing. No-op if the user is not allowed
 * to write to them or sends too many such frames. The client gets no reply.
 */
export async function typing(deps: CommandDeps, { user }: FrameSender, frame: FrameOf<'typing'>): Promise<undefined> {
  const { redis, config, permits, rates } = deps;
  const found = await permits.membership(user, frame.chat);
  const group = typeof found !== 'string';
  if (!group && sendRefusal(found, config.sendPolicy) !== undefined) return;
  const others = group ? found.filter((id) => id !== user.id) : [frame.chat];
  const text = typingFrame({ ...frame, chat: group ? frame.chat : user.id, user: user.id });
  try {
    await rates.charge(user, 'typing', text.length * others.length);
  } catch (error) {
    if (error instanceof RateExceeded) return;
    throw error;
  }
  await Promise.all(others.map((id) => publish(redis, id, text)));
}
