import type { RedisConnection } from '../connection/redis-connection.ts';

/** Returns the restrictions on a member's messages to a group, from the copy in Redis. */
export async function readRestrictions(
  { client, keys }: RedisConnection,
  group: number,
  user: number,
): Promise<Restrictions> {
  const fields = [String(user), SLOW_MODE, exemptField(user)];
  const [mutedUntil, slowMode, exempt] = await client.hmget(keys.restrictions(group), ...fields);
  return { mutedUntil: Number(mutedUntil ?? 0), slowMode: exempt ? 0 : Number(slowMode ?? 0) };
}

/** Returns the fields and values of restrictions in the form that Redis stores. */
export function toRestrictionFields({ mutes = [], slowMode }: GroupRestrictions): (string | number)[] {
  if (!slowMode) return mutes.flat();
  return [...mutes.flat(), SLOW_MODE, slowMode.seconds, ...slowMode.exempt.flatMap((user) => [exemptField(user), 1])];
}

const SLOW_MODE = 'slow';

function exemptField(user: number): string {
  return `exempt:${user}`;
}

/** The restrictions on one member's messages. */
export interface Restrictions {
  /** Until when the member may not write, in Unix ms. 0 if they may. */
  mutedUntil: number;
  /** Seconds that the member must wait between two messages. 0 without slow mode. */
  slowMode: number;
}

/** The restrictions on the messages of a group's members. */
export interface GroupRestrictions {
  /** Members who may not write, and until when, in Unix ms. Default: none. */
  mutes?: [user: number, until: number][];
  /**
   * Seconds that a member must wait between two messages, and the members who are exempt. Default:
   * no slow mode.
   */
  slowMode?: { seconds: number; exempt: number[] };
}
