import { readPermits } from '@parley/database';
import { SYSTEM_USER } from '@parley/protocol';
import { readMembers, readPermit, type Standing, writePermits } from '@parley/redis';
import type { AppContext } from '../../app-context.ts';
import { Refusal } from '../../http/refusal.ts';

/**
 * Returns the members of a group that a sender may write to, including the system if it is the
 * sender. Undefined for a user. Refuses as a gateway does. The system may write to everybody.
 */
export async function participantsOf(context: AppContext, from: number, to: number): Promise<number[] | undefined> {
  const standing = await readStanding(context, from, to);
  if (standing === 'nobody') throw new Refusal('not-found', 'There is no such user or group.');
  if (standing === 'member' || standing === 'not-member') {
    // Read after the permit, so that members removed in between are left out.
    const members = await readMembers(context.redis, to);
    if (from === SYSTEM_USER) return members;
    if (!members.includes(from)) throw new Refusal('not-member');
    return members;
  }
  if (from === SYSTEM_USER) return undefined;
  if (standing === 'blocked') throw new Refusal('blocked');
  if (standing === 'stranger' && context.config.sendPolicy === 'friends') throw new Refusal('not-friends');
  return undefined;
}

/** From the copy in Redis, which is written first if it is missing. */
async function readStanding({ db, redis }: AppContext, from: number, to: number): Promise<Standing> {
  const standing = await readPermit(redis, from, to);
  if (standing !== 'unknown') return standing;
  await writePermits(redis, to, await readPermits(db, to));
  const known = await readPermit(redis, from, to);
  if (known === 'unknown') throw new Refusal('unavailable', undefined, { retryAfter: 1 });
  return known;
}
