/**
 * Returns the restrictions on the members' messages to a group as fields and values of its hash.
 * `accept.lua` reads those of slow mode.
 */
export function toRestrictionFields({ mutes = [], slowMode }: GroupRestrictions): (string | number)[] {
  if (!slowMode) return mutes.flat();
  return [...mutes.flat(), 'slow', slowMode.seconds, ...slowMode.exempt.flatMap((user) => [`exempt:${user}`, 1])];
}

/** The restrictions on the members' messages to a group. */
export interface GroupRestrictions {
  /** Members who may not write, and until when, in Unix ms. Default: none. */
  mutes?: [user: number, until: number][];
  /** Seconds from one message of a member to the next, and who is exempt. Default: no slow mode. */
  slowMode?: { seconds: number; exempt: number[] };
}
