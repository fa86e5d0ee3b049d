import { type FrameOf, messageDate } from '@parley/protocol';
import { mutate } from '@parley/redis';
import type { Gateway } from '../start-gateway.ts';
import { readStanding } from '../users/permits.ts';
import type { Caller } from './frame-sender.ts';
import { Refusal, whyNot } from './refusal.ts';

/**
 * Ms that this machine's clock may be behind the ids of messages. Redis dates these, and clocks are set: a conversation whose ids are ahead
 * stays ahead, for they never go back, and a mark that is refused is not sent again.
 */
const SKEW = 600_000;

/**
 * Says how far this user has received or read a chat: recorded, told to the user's own devices, and to the peer if the user may
 * write to them. In a group only the user's own devices learn it.
 */
export async function mark(gateway: Gateway, { user }: Caller, frame: FrameOf<'mark'>): Promise<undefined> {
  const { link, config } = gateway;
  const { chat } = frame;
  const place = frame.read === undefined ? { delivered: frame.delivered as number } : { read: frame.read };
  if (messageDate(frame.read ?? (frame.delivered as number)) > Date.now() + SKEW) {
    throw new Refusal('bad-frame', `${frame.read === undefined ? 'delivered' : 'read'}: No message has this id yet`);
  }
  const standing = await readStanding(link, user, chat);
  if (standing === 'nobody' || standing === 'unknown' || standing === 'not-member') {
    throw new Refusal(whyNot(standing, config.sendPolicy) ?? 'not-found');
  }
  const group = standing === 'member';
  const event = { kind: 'mark', chat, user: user.id, ...place };
  const entries = [{ user: user.id, event: JSON.stringify(event) }];
  if (!group && chat !== user.id && whyNot(standing, config.sendPolicy) === undefined) {
    entries.push({ user: chat, event: JSON.stringify({ ...event, chat: user.id }) });
  }
  const mark = { kind: 'mark' as const, user: user.id, chat, ...(group && { group }), ...place };
  await mutate(link, { record: mark, recorded: config.history === 'mirror', entries });
}
