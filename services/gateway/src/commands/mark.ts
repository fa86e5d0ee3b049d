import { type FrameOf, messageDate } from '@parley/protocol';
import { mutate } from '@parley/redis';
import { privateAckFrame } from '../frames.ts';
import type { LocalUser, Permit } from '../users/local-user.ts';
import type { Permits } from '../users/permits.ts';
import type { CommandDeps } from './command.ts';
import { EVENT_OVERHEAD_BYTES } from './event-size.ts';
import type { FrameSender } from './frame-sender.ts';
import { Refusal, sendRefusal } from './refusal.ts';

/**
 * Maximum ms by which a marked message id might be ahead of this machine's clock. Ids contain a
 * time of Redis' clock, which might differ. The tolerance is large, because a client does not
 * resend a rejected mark.
 */
const MAX_SKEW_MS = 600_000;

/**
 * Stores that the user has received or read a chat up to a message. The user's other devices get an
 * event. The peer gets one too, if the user is allowed to write to the peer. There is no event for
 * the peer in a group, nor for a read mark if the user or the peer hides read receipts.
 */
export async function mark(
  deps: CommandDeps,
  { user }: FrameSender,
  frame: FrameOf<'mark'>,
): Promise<string | undefined> {
  const { redis, config, permits, rates } = deps;
  const { chat } = frame;
  const upTo = frame.read === undefined ? { delivered: frame.delivered as number } : { read: frame.read };
  if (messageDate(frame.read ?? (frame.delivered as number)) > Date.now() + MAX_SKEW_MS) {
    throw new Refusal('bad-frame', `${frame.read === undefined ? 'delivered' : 'read'}: No message has this id yet`);
  }
  const permit = await permits.permit(user, chat);
  const { standing } = permit;
  if (standing === 'nobody' || standing === 'unknown' || standing === 'not-member') {
    throw new Refusal(sendRefusal(standing, config.sendPolicy) ?? 'not-found');
  }
  const group = standing === 'member';
  const event = { kind: 'mark', chat, user: user.id, ...upTo };
  const entries = [{ user: user.id, event: JSON.stringify(event) }];
  const hidden = frame.read !== undefined && !group && chat !== user.id && (await hidesReads(permits, user, permit));
  if (!group && !hidden && chat !== user.id && sendRefusal(standing, config.sendPolicy) === undefined) {
    entries.push({ user: chat, event: JSON.stringify({ ...event, chat: user.id }) });
  }
  await rates.charge(user, 'mark', EVENT_OVERHEAD_BYTES * (entries.length + 1));
  const record = {
    kind: 'mark' as const,
    user: user.id,
    chat,
    ...(group && { group }),
    ...upTo,
    ...(hidden && { private: true as const }),
  };
  await mutate(redis, { record, recorded: config.history === 'mirror', entries });
  return hidden && frame.ref !== undefined ? privateAckFrame(frame.ref) : undefined;
}

/**
 * Returns whether the user or the peer hides read receipts. The cached permissions contain that
 * setting.
 */
async function hidesReads(permits: Permits, user: LocalUser, peer: Permit): Promise<boolean> {
  if (peer.hidesReads) return true;
  const own = await permits.permit(user, user.id);
  if (own.standing === 'unknown') throw new Refusal('unavailable');
  return own.hidesReads === true;
}
