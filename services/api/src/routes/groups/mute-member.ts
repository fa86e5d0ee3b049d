import { bumpPermits, type Database } from '@parley/database';
import type { Notify } from '../../events/notice.ts';
import { memberIds, updateMember } from '../../queries/group-members.ts';

/**
 * Mutes a member of a group until a time, or ends the mute, and notifies all members. The caller
 * must have locked the group.
 */
export async function muteMember(tx: Database, notify: Notify, { group, user, by, until }: NewMute): Promise<void> {
  await bumpPermits(tx, [group]);
  await updateMember(tx, group, user, { mutedUntil: until });
  const users = await memberIds(tx, group);
  notify({
    copies: [group],
    forget: [user],
    events: [{ users, event: { kind: 'group', group, change: 'updated', user } }],
    moderation: [{ change: until === null ? 'unmuted' : 'muted', group, user, by, ...(until !== null && { until }) }],
  });
}

interface NewMute {
  group: number;
  user: number;
  /** The owner or admin, or the system user for the server API. */
  by: number;
  /** When the mute ends, in Unix ms. Null: it ends now. */
  until: number | null;
}
