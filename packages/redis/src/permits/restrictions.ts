/**
 * Converts the restrictions on the messages of a group's members to fields and values of their
 * Redis hash. `accept.lua` reads the fields of slow mode.
 */
export function toRestrictionFields({ mutes = [], slowMode }: GroupRestrictions): (string | number)[] {
  if (!slowMode) return mutes.flat();
  return [...mutes.flat(), 'slow', slowMode.seconds, ...slowMode.exempt.flatMap((user) => [`exempt:${user}`, 1])];
}

/** Restrictions on the messages that members can send to a group. */
export interface GroupRestrictions {
  /** Muted members, each with the Unix ms at which the mute ends. Default: none. */
  mutes?: [user: number, until: number][];
  /**
   * Seconds that a member must wait between two messages, and the ids of exempt members. Default:
   * no slow mode.
   */
  slowMode?: { seconds: number; exempt: number[] };
}
