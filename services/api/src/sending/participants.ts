import { readPermits } from '@parley/database';
import { SYSTEM_USER } from '@parley/protocol';
import {
  type NewMessage,
  type Relation,
  readMembers,
  readMute,
  readPermitFence,
  readRelation,
  writePermits,
} from '@parley/redis';
import { Refusal } from '../http/refusal.ts';
import type { SendDeps } from './send-deps.ts';

/**
 * Returns the permit of a sender: that the sender is allowed to write to the receiver, and facts
 * about both that `accept` needs. `members` is undefined if `to` is a user. If the sender is not
 * allowed to write, throws the same Refusal as a gateway would send. The system is allowed to write
 * to everybody.
 */
export async function participantsOf(context: SendDeps, from: number, to: number): Promise<Permit> {
  const fence = from === SYSTEM_USER ? 0 : await readPermitFence(context.redis, from, to);
  const { standing, hidesPresence } = await readKnownRelation(context, from, to);
  if (standing === 'nobody') throw new Refusal('not-found', 'This user or group does not exist.');
  if (standing === 'member' || standing === 'not-member') {
    // Reads the members after the permit, so that members who are removed between the two reads are
    // left out.
    if (from === SYSTEM_USER) return { members: await readMembers(context.redis, to) };
    const [members, mutedUntil] = await Promise.all([
      readMembers(context.redis, to),
      readMute(context.redis, to, from),
    ]);
    if (!members.includes(from)) throw new Refusal('not-member');
    const left = mutedUntil - Date.now();
    if (left > 0) {
      const detail = `The user is muted in this group until ${new Date(mutedUntil).toISOString()}.`;
      throw new Refusal('muted', detail, { retryAfter: Math.ceil(left / 1000) });
    }
    return { members, permit: 'member' };
  }
  if (from === SYSTEM_USER) return { hidesPresence };
  if (standing === 'blocked') throw new Refusal('blocked');
  if (standing === 'stranger' && context.config.sendPolicy === 'friends') throw new Refusal('not-friends');
  return { permit: fence, hidesPresence };
}

/** The part of a message that `accept` (the Redis script) checks before it accepts the message. */
export interface Permit extends Pick<NewMessage, 'members' | 'permit'> {
  /** True if the recipient hides from the sender whether they are online. */
  hidesPresence?: boolean | undefined;
}

/**
 * Returns how a sender relates to a receiver, such as friend, blocked or member, from Redis. If
 * Redis lacks this data, first copies it from PostgreSQL.
 */
async function readKnownRelation({ db, redis }: SendDeps, from: number, to: number): Promise<Relation> {
  const relation = await readRelation(redis, from, to);
  if (relation.standing !== 'unknown') return relation;
  await writePermits(redis, to, await readPermits(db, to));
  const known = await readRelation(redis, from, to);
  if (known.standing === 'unknown') throw new Refusal('unavailable', undefined, { retryAfter: 1 });
  return known;
}
