import type { Database } from '@parley/database';
import { sql } from 'kysely';

/** Adds an invitation to a group and returns its row. */
export async function insertInvitation(db: Database, invitation: NewInvitation): Promise<InvitationRow> {
  return await db.insertInto('group_invitations').values(invitation).returning(columns).executeTakeFirstOrThrow();
}

/** Lists the valid invitations of a group, newest first, with ids below `before`. */
export async function listInvitations(
  db: Database,
  group: number,
  { before, limit }: { before: number | undefined; limit: number },
): Promise<InvitationRow[]> {
  return await db
    .selectFrom('group_invitations')
    .select(columns)
    .where('group_id', '=', group)
    .where(valid())
    .$if(before !== undefined, (query) => query.where('id', '<', before as number))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
}

/**
 * Returns the valid invitation whose code has this hash. Undefined if there is none or the group
 * was dissolved.
 *
 * @param follower a user. An invitation that has ended is also returned if this user is a member of
 * the group or has requested to join
 */
export async function findInvitation(db: Database, hash: string, follower?: number): Promise<Found | undefined> {
  return await db
    .selectFrom('group_invitations as i')
    .innerJoin('groups as g', 'g.id', 'i.group_id')
    .select(['i.id', 'i.group_id as group', 'i.approval', 'i.expires', 'g.name', 'g.avatar', 'g.owner_id as owner'])
    .select('g.max_members as maxMembers')
    .select(sql<number>`(select count(*) from group_members where group_id = g.id)`.as('members'))
    .where('i.code_hash', '=', hash)
    .where('g.dissolved', 'is', null)
    .where((eb) =>
      follower === undefined
        ? valid('i')
        : eb.or([
            valid('i'),
            eb.exists(
              eb
                .selectFrom('group_members as m')
                .select('m.user_id')
                .whereRef('m.group_id', '=', 'g.id')
                .where('m.user_id', '=', follower),
            ),
            eb.exists(
              eb
                .selectFrom('join_requests as r')
                .select('r.user_id')
                .whereRef('r.group_id', '=', 'g.id')
                .where('r.user_id', '=', follower),
            ),
          ]),
    )
    .executeTakeFirst();
}

/**
 * Counts one use of an invitation. Returns false if the invitation was revoked, is used up or has
 * expired.
 */
export async function spendInvitation(tx: Database, id: number): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('group_invitations')
    .set((eb) => ({ used: eb('used', '+', 1) }))
    .where('id', '=', id)
    .where(valid())
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Deletes an invitation of a group and returns its id. Undefined if it does not exist. */
export async function deleteInvitation(db: Database, group: number, key: InvitationKey): Promise<number | undefined> {
  const query = db.deleteFrom('group_invitations').where('group_id', '=', group).returning('id');
  const found = 'id' in key ? query.where('id', '=', key.id) : query.where('code_hash', '=', key.code_hash);
  return (await found.executeTakeFirst())?.id;
}

/**
 * Deletes the invitations of a group that are used up or have expired. Returns the number of
 * invitations that remain.
 */
export async function deleteEndedInvitations(tx: Database, group: number): Promise<number> {
  await tx.deleteFrom('group_invitations').where('group_id', '=', group).where(sql<boolean>`not ${valid()}`).execute();
  const { count } = await tx
    .selectFrom('group_invitations')
    .select(sql<number>`count(*)`.as('count'))
    .where('group_id', '=', group)
    .executeTakeFirstOrThrow();
  return count;
}

/** Deletes all invitations of a group. */
export async function deleteAllInvitations(db: Database, group: number): Promise<void> {
  await db.deleteFrom('group_invitations').where('group_id', '=', group).execute();
}

/** SQL condition that an invitation is not used up and has not expired. */
function valid(table = 'group_invitations') {
  const { uses, used, expires } = {
    uses: sql.ref(`${table}.uses`),
    used: sql.ref(`${table}.used`),
    expires: sql.ref(`${table}.expires`),
  };
  return sql<boolean>`((${uses} is null or ${used} < ${uses}) and (${expires} is null or ${expires} > ${Date.now()}))`;
}

const columns = ['id', 'code_hash', 'code', 'by_id', 'approval', 'uses', 'used', 'expires', 'created'] as const;

/** Identifies an invitation by id or by the hash of the invitation's code. */
export type InvitationKey = { id: number } | { code_hash: string };

interface NewInvitation {
  group_id: number;
  code_hash: string;
  /** The encrypted code of the invitation. */
  code: string;
  by_id: number | null;
  approval: boolean;
  uses: number | null;
  expires: number | null;
}

export interface InvitationRow extends Omit<NewInvitation, 'group_id'> {
  id: number;
  used: number;
  created: number;
}

/** An invitation with those fields of its group that people without a session can see. */
export interface Found {
  id: number;
  group: number;
  approval: boolean;
  expires: number | null;
  name: string;
  avatar: string | null;
  owner: number;
  maxMembers: number;
  members: number;
}
