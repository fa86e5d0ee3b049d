import type { FrameOf } from '@parley/protocol';
import { accept, messageContent, PermitChanged } from '@parley/redis';
import { sendAckFrame } from '../frames.ts';
import type { CommandDeps } from './command.ts';
import type { FrameSender } from './frame-sender.ts';
import { Refusal } from './refusal.ts';

/** Codes of refusals that depend on the time. The message can have been accepted before. */
const LATER_REFUSALS = ['blocked', 'not-friends', 'not-member', 'not-found', 'muted', 'refused'];

/**
 * Returns the `ack` of a message that is refused now, but was accepted when it was first sent.
 * Undefined for a new message, and for a refusal that asks the client to try again.
 */
export async function replyToResend(
  { redis, permits, counters }: Pick<CommandDeps, 'redis' | 'permits' | 'counters'>,
  { user }: Pick<FrameSender, 'user'>,
  frame: FrameOf<'send'>,
  refusal: unknown,
): Promise<string | undefined> {
  if (!(refusal instanceof Refusal) || !LATER_REFUSALS.includes(refusal.code)) return undefined;
  const { to, ref } = frame;
  const standing = await permits.standing(user, to);
  const isGroup = standing === 'member' || standing === 'not-member';
  const message = { from: user.id, to, ref, ...messageContent(frame), record: false, permit: 'none' as const };
  try {
    const accepted = await accept(redis, { ...message, ...(isGroup && { members: [user.id] }) });
    counters.duplicates += 1;
    return sendAckFrame(ref, { ...accepted, online: false });
  } catch (error) {
    if (error instanceof PermitChanged) return undefined;
    throw error;
  }
}
