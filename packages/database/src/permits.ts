import { sql } from 'kysely';
import type { Database } from './open-database.ts';

/**
 * To be called by every transaction that changes friends or blocks of users, or members of groups, with their ids and
 * before it reads them: such transactions then follow each other, and each later state has a greater version.
 */
export async function bumpPermits(tx: Database, ids: number[]): Promise<void> {
  // Locked in ascending order, so that two transactions over the same users do not wait for each other.
  await sql`select from users where id = any(${ids}::bigint[]) order by id for no key update`.execute(tx);
  await sql`select from groups where id = any(${ids}::bigint[]) order by id for no key update`.execute(tx);
  await sql`update users set permits_version = permits_version + 1 where id = any(${ids}::bigint[])`.execute(tx);
  await sql`update groups set permits_version = permits_version + 1 where id = any(${ids}::bigint[])`.execute(tx);
}

/**
 * Who may write to a user or group, as the copy in Redis has it: version and lists of one moment. A user's `contacts` are
 * those with whom they are friends. A deleted or deactivated user or a dissolved group is nobody, at a version of its own.
 */
export async function readPermits(db: Database, id: number): Promise<PermitsCopy> {
  const { rows } = await sql<PermitsRow>`
    select 'user' as kind, permits_version as version, null::bigint[] as members,
      case when u.erased is null and u.deactivated is null then array(select friend_id from friendships where user_id = u.id order by friend_id) end as contacts,
      array(select blocked_id from blocks where user_id = u.id order by blocked_id) as blocks
    from users u where id = ${id}
    union all
    select 'group', permits_version,
      case when g.dissolved is null then array(select user_id from group_members where group_id = g.id order by user_id) end,
      null, null
    from groups g where id = ${id}`.execute(db);
  const row = rows[0];
  if (!row) return { kind: 'nobody' };
  const { kind, version, members, contacts, blocks } = row;
  if (kind === 'user') return contacts === null ? { kind: 'nobody', version } : { kind, version, contacts, blocks };
  return members === null ? { kind: 'nobody', version } : { kind, version, members };
}

/** PostgreSQL's truth about who may write to an id; `version` grows with each change. */
export type PermitsCopy =
  | { kind: 'user'; version: number; contacts: number[]; blocks: number[] }
  | { kind: 'group'; version: number; members: number[] }
  /** `version` where it once was somebody. */
  | { kind: 'nobody'; version?: number };

interface PermitsRow {
  kind: 'user' | 'group';
  version: number;
  /** Null for a deleted or deactivated user. */
  contacts: number[] | null;
  blocks: number[];
  /** Null for a dissolved group. */
  members: number[] | null;
}
