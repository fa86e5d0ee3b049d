import type { Database } from '@parley/database';
import type { Member, Role } from '@parley/protocol';
import { sql } from 'kysely';
import { userJson } from './user-json.ts';

/** Returns a user's role in a group. Undefined if the user is not a member. */
export async function getRole(db: Database, group: number, user: number): Promise<Role | undefined> {
  const row = await db
    .selectFrom('group_members')
    .select('role')
    .where('group_id', '=', group)
    .where('user_id', '=', user)
    .executeTakeFirst();
  return row?.role;
}

/** Returns the ids of a group's members in ascending order. */
export async function memberIds(db: Database, group: number): Promise<number[]> {
  const rows = await db
    .selectFrom('group_members')
    .select('user_id')
    .where('group_id', '=', group)
    .orderBy('user_id')
    .execute();
  return rows.map((row) => row.user_id);
}

/** Returns the ids of the owner and admins of a group in ascending order. */
export async function adminIds(db: Database, group: number): Promise<number[]> {
  const rows = await db
    .selectFrom('group_members')
    .select('user_id')
    .where('group_id', '=', group)
    .where('role', '<>', 'member')
    .orderBy('user_id')
    .execute();
  return rows.map((row) => row.user_id);
}

export async function getMember(db: Database, group: number, user: number): Promise<Member | undefined> {
  const row = await members(db, group).where('m.user_id', '=', user).executeTakeFirst();
  return row && omitNoMute(row);
}

/**
 * Lists the members of a group from a page cursor: the owner, the admins, then the other members,
 * each ordered by id.
 */
export async function listMembers(
  db: Database,
  group: number,
  after: MemberPlace | undefined,
  limit: number,
): Promise<MemberRow[]> {
  const rows = await members(db, group)
    .select(rank.as('rank'))
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(${rank}, m.user_id) > (${after?.[0]}, ${after?.[1]})`),
    )
    .orderBy(rank)
    .orderBy('m.user_id')
    .limit(limit)
    .execute();
  return rows.map(omitNoMute);
}

/** Changes the given fields of a group member. */
export async function updateMember(
  db: Database,
  group: number,
  user: number,
  { mutedUntil, ...changes }: MemberChanges,
): Promise<void> {
  await db
    .updateTable('group_members')
    .set({ ...changes, ...(mutedUntil !== undefined && { muted_until: mutedUntil }) })
    .where('group_id', '=', group)
    .where('user_id', '=', user)
    .execute();
}

/** Removes members from a group, together with their settings and drafts of the group's chat. */
export async function deleteMembers(db: Database, group: number, users: readonly number[]): Promise<void> {
  await db.deleteFrom('group_members').where('group_id', '=', group).where('user_id', 'in', users).execute();
  await forgetChats(db, group, users);
}

/** Deletes the settings and drafts that users have for the chat of a group. */
export async function forgetChats(db: Database, group: number, users: readonly number[]): Promise<void> {
  await db.deleteFrom('drafts').where('owner_id', 'in', users).where('peer_id', '=', group).execute();
  await db.deleteFrom('chats').where('owner_id', 'in', users).where('peer_id', '=', group).execute();
}

/**
 * Returns those of the given users who are already members of the maximum number of groups of other
 * owners. A user's own groups have a separate limit.
 */
export async function findBusy(db: Database, users: readonly number[], most: number): Promise<number[]> {
  const rows = await db
    .selectFrom('group_members')
    .select('user_id')
    .where('user_id', 'in', users)
    .where('role', '<>', 'owner')
    .groupBy('user_id')
    .having(sql<boolean>`count(*) >= ${most}`)
    .execute();
  return rows.map((row) => row.user_id);
}

/**
 * Returns those of the given users who are already members of the maximum number of groups of one
 * owner.
 */
export async function findCrowded(
  db: Database,
  owner: number,
  users: readonly number[],
  most: number,
): Promise<number[]> {
  const rows = await db
    .selectFrom('group_members as m')
    .innerJoin('groups as g', 'g.id', 'm.group_id')
    .select('m.user_id')
    .where('m.user_id', 'in', users)
    .where('g.owner_id', '=', owner)
    .where('g.dissolved', 'is', null)
    .groupBy('m.user_id')
    .having(sql<boolean>`count(*) >= ${most}`)
    .execute();
  return rows.map((row) => row.user_id);
}

/** Counts the groups that a user owns. */
export async function countOwned(db: Database, user: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from group_members where user_id = ${user} and role = 'owner'`.execute(db);
  return rows[0]?.count ?? 0;
}

const rank = sql<number>`case m.role when 'owner' then 0 when 'admin' then 1 else 2 end`;

function members(db: Database, group: number) {
  return db
    .selectFrom('group_members as m')
    .innerJoin('users as u', 'u.id', 'm.user_id')
    .select(userJson('u').as('user'))
    .select(sql<number | null>`case when m.muted_until > ${Date.now()} then m.muted_until end`.as('mutedUntil'))
    .select(['m.role', sql<number>`m.joined`.as('joined'), sql<string>`m.alias`.as('alias')])
    .where('m.group_id', '=', group);
}

function omitNoMute<R extends { mutedUntil: number | null }>({ mutedUntil, ...row }: R) {
  return mutedUntil === null ? row : { ...row, mutedUntil };
}

interface MemberChanges {
  role?: Role | undefined;
  alias?: string | undefined;
  /** When the mute ends, in Unix ms. Null ends the mute now. */
  mutedUntil?: number | null | undefined;
}

/** A page cursor of group members: rank of the role, and id of the user. */
export type MemberPlace = [rank: number, user: number];

export interface MemberRow extends Member {
  rank: number;
}
