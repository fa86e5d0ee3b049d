import { sql } from 'kysely';
import type { Database } from './open-database.ts';

/**
 * Increments the permits version of users and groups. (Permits define who is allowed to write to a
 * user or group.) A transaction that changes friends, blocks or members must call this with the
 * affected ids before it reads them. Concurrent transactions on the same ids then run one after the
 * other, so a later state always has a greater version.
 */
export async function bumpPermits(tx: Database, ids: number[]): Promise<void> {
  // Locks rows in ascending order of ids, which avoids deadlocks.
  await sql`select from users where id = any(${ids}::bigint[]) order by id for no key update`.execute(tx);
  await sql`select from groups where id = any(${ids}::bigint[]) order by id for no key update`.execute(tx);
  await sql`update users set permits_version = permits_version + 1 where id = any(${ids}::bigint[])`.execute(tx);
  await sql`update groups set permits_version = permits_version + 1 where id = any(${ids}::bigint[])`.execute(tx);
}

/**
 * Returns the permits of a user or group, which define who is allowed to write to it, in the form
 * that Redis caches. The version and the lists are a consistent snapshot. A user's `contacts` are
 * their friends. Deleted and deactivated users and dissolved groups have the kind `nobody` and a
 * version.
 */
export async function readPermits(db: Database, id: number): Promise<PermitsCopy> {
  const { rows } = await sql<PermitsRow>`
    select 'user' as kind, permits_version as version, null::bigint[] as members, null::json as floors, null::json as mutes, 0 as slow_mode, null::bigint[] as exempt,
      case when u.erased is null and u.deactivated is null then array(select friend_id from friendships where user_id = u.id order by friend_id) end as contacts,
      array(select blocked_id from blocks where user_id = u.id order by blocked_id) as blocks,
      u.privacy ->> 'lastSeen' as last_seen, u.privacy ->> 'readReceipts' as read_receipts
    from users u where id = ${id}
    union all
    select 'group', permits_version,
      case when g.dissolved is null then array(select user_id from group_members where group_id = g.id order by user_id) end,
      case when g.history = 'joined' then
        (select json_agg(json_build_array(user_id, joined_id) order by user_id) from group_members where group_id = g.id and joined_id > 0) end,
      (select json_agg(json_build_array(user_id, muted_until)) from group_members where group_id = g.id and muted_until > ${Date.now()}),
      slow_mode, case when slow_mode > 0 then array(select user_id from group_members where group_id = g.id and role <> 'member' order by user_id) end,
      null, null, null, null
    from groups g where id = ${id}`.execute(db);
  const row = rows[0];
  if (!row) return { kind: 'nobody' };
  const { kind, version, members, contacts, blocks } = row;
  if (kind === 'user') {
    if (contacts === null) return { kind: 'nobody', version };
    const { last_seen: lastSeen, read_receipts: readReceipts } = row;
    return { kind, version, contacts, blocks, ...(lastSeen && { lastSeen }), ...(readReceipts && { readReceipts }) };
  }
  if (members === null) return { kind: 'nobody', version };
  const { floors, mutes, slow_mode: seconds, exempt } = row;
  return {
    kind,
    version,
    members,
    floors: floors ?? [],
    mutes: mutes ?? [],
    ...(exempt && { slowMode: { seconds, exempt } }),
  };
}

/**
 * The permits of an id: who is allowed to write to this user or group. `version` increases with
 * each change.
 */
export type PermitsCopy =
  | UserCopy
  | { kind: 'group'; version: number; members: number[]; floors: Floor[]; mutes: Mute[]; slowMode?: SlowMode }
  /** The version of the permits. Undefined if no user or group ever had the id. */
  | { kind: 'nobody'; version?: number };

interface UserCopy {
  kind: 'user';
  version: number;
  contacts: number[];
  blocks: number[];
  /** Who can see the user's presence. Default: everyone who is allowed to write to the user. */
  lastSeen?: 'everyone' | 'friends' | 'nobody';
  /**
   * Whether the user and the user's direct chat partners see each other's read marks. Default: yes.
   */
  readReceipts?: 'everyone' | 'nobody';
}

/**
 * A group member who cannot see earlier messages, and the message id up to which messages are
 * hidden.
 */
type Floor = [user: number, id: number];

/** A muted group member, and the Unix ms at which the mute ends. */
type Mute = [user: number, until: number];

/**
 * Seconds that a member must wait between two messages, and the ids of members who need not wait.
 */
interface SlowMode {
  seconds: number;
  exempt: number[];
}

interface PermitsRow {
  kind: 'user' | 'group';
  version: number;
  /** Ids of the user's friends. Null if the user is deleted or deactivated. */
  contacts: number[] | null;
  blocks: number[];
  /** The user's privacy settings. Null for a setting that the user has not changed. */
  last_seen: UserCopy['lastSeen'] | null;
  read_receipts: UserCopy['readReceipts'] | null;
  /** Ids of the group's members. Null if the group is dissolved. */
  members: number[] | null;
  /** Members who cannot see earlier messages. Null if no messages are hidden from any member. */
  floors: Floor[] | null;
  /** The group's muted members. Null if no member is muted. */
  mutes: Mute[] | null;
  slow_mode: number;
  /** Ids of members who are exempt from slow mode. Null if the group has no slow mode. */
  exempt: number[] | null;
}
