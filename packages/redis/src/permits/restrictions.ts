import type { RedisConnection } from '../connection/redis-connection.ts';

/** Returns what restricts a member from writing to a group, from the copy in Redis. */
export async function readRestrictions(
  { client, keys }: RedisConnection,
  group: number,
  user: number,
): Promise<Restrictions> {
  const fields = [String(user), SLOW_MODE, exemptField(user)];
  const [mutedUntil, slowMode, exempt] = await client.hmget(keys.restrictions(group), ...fields);
  return { mutedUntil: Number(mutedUntil ?? 0), slowMode: exempt ? 0 : Number(slowMode ?? 0) };
}

/** Returns the fields and values of restrictions, as Redis stores them. */
export function toRestrictionFields({ mutes = [], slowMode }: GroupRestrictions): (string | number)[] {
  if (!slowMode) return mutes.flat();
  return [...mutes.flat(), SLOW_MODE, slowMode.seconds, ...slowMode.exempt.flatMap((user) => [exemptField(user), 1])];
}

const SLOW_MODE = 'slow';

function exemptField(user: number): string {
  return `exempt:${user}`;
}

/** What restricts one member. */
export interface Restrictions {
  /** Until when the member may not write, in Unix ms. 0 if they may. */
  mutedUntil: number;
  /** Seconds from one message of the member to the next. 0 without slow mode. */
  slowMode: number;
}

/** What restricts the members of a group. */
export interface GroupRestrictions {
  /** Members who may not write, and until when, in Unix ms. Default: none. */
  mutes?: [user: number, until: number][];
  /** Seconds from one message of a member to the next, and who is exempt. Default: no slow mode. */
  slowMode?: { seconds: number; exempt: number[] };
}
