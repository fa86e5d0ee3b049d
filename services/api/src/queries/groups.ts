import type { Database } from '@parley/database';
import type { Custom, Group } from '@parley/protocol';
import { sql } from 'kysely';
import { omitNullCustom, toColumn } from './custom.ts';

/**
 * Returns whether another group has this name, ignoring case and Unicode form. Locks the name until
 * the transaction ends, so that concurrent calls with the same name wait.
 *
 * @param group the group to ignore in the comparison
 */
export async function isGroupName(tx: Database, name: string, group = 0): Promise<boolean> {
  const folded = sql`lower(normalize(${name}, NFKC))`;
  await sql`select pg_advisory_xact_lock(hashtextextended('group name ' || ${folded}, 0))`.execute(tx);
  const { rows } = await sql`
    select from groups
    where lower(normalize(name, NFKC)) = ${folded} and dissolved is null and id <> ${group} limit 1`.execute(tx);
  return rows.length > 0;
}

/** Adds a group without members. Returns its id. */
export async function insertGroup(db: Database, group: NewGroup): Promise<number> {
  const { id } = await db
    .insertInto('groups')
    .values({
      name: group.name,
      description: group.description,
      avatar: group.avatar,
      history: group.history,
      slow_mode: group.slowMode ?? 0,
      visibility: group.visibility ?? 'private',
      custom: toColumn(group.custom) ?? null,
      owner_id: group.owner,
      max_members: group.maxMembers,
      retention_days: group.retention ?? null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/**
 * Locks a group until the transaction ends, so that concurrent changes of the group run one after
 * the other. Returns false if the group does not exist.
 */
export async function lockGroup(tx: Database, id: number): Promise<boolean> {
  const row = await tx
    .selectFrom('groups')
    .select('id')
    .where('id', '=', id)
    .where('dissolved', 'is', null)
    .forNoKeyUpdate()
    .executeTakeFirst();
  return row !== undefined;
}

/** Returns a group in the form that members see. Undefined if the user is not a member. */
export async function getGroup(db: Database, id: number, user: number): Promise<Group | undefined> {
  const row = await groups(db, user).where('g.id', '=', id).executeTakeFirst();
  return row && toGroup(row);
}

/** Lists the groups of a user, ordered by id, after the id `after`. */
export async function listGroups(db: Database, user: number, after: number, limit: number): Promise<Group[]> {
  const rows = await groups(db, user).where('m.group_id', '>', after).orderBy('m.group_id').limit(limit).execute();
  return rows.map(toGroup);
}

/** Changes the given fields of a group. */
export async function updateGroup(db: Database, id: number, changes: GroupChanges): Promise<void> {
  const { maxMembers, owner, custom, slowMode, retention, ...columns } = changes;
  await db
    .updateTable('groups')
    .set({
      ...columns,
      ...(custom === undefined ? {} : { custom: toColumn(custom) }),
      ...(maxMembers === undefined ? {} : { max_members: maxMembers }),
      ...(slowMode === undefined ? {} : { slow_mode: slowMode }),
      ...(retention === undefined ? {} : { retention_days: retention }),
      ...(owner === undefined ? {} : { owner_id: owner }),
    })
    .where('id', '=', id)
    .execute();
}

/** Dissolves a group, so that its name is available again. */
export async function dissolveGroup(db: Database, id: number): Promise<void> {
  await db
    .updateTable('groups')
    .set({ dissolved: Date.now(), last_sender: null, last_body: null, custom: null })
    .where('id', '=', id)
    .execute();
}

function groups(db: Database, user: number) {
  return db
    .selectFrom('group_members as m')
    .innerJoin('groups as g', 'g.id', 'm.group_id')
    .select(['g.id', 'g.name', 'g.description', 'g.avatar', 'g.owner_id as owner', 'g.max_members as maxMembers'])
    .select(sql<number>`(select count(*) from group_members where group_id = g.id)`.as('members'))
    .select(
      sql<number | null>`case when m.role <> 'member' then
        (select count(*) from join_requests where group_id = g.id and state = 'pending') end`.as('requests'),
    )
    .select(['m.role', 'g.history', 'g.slow_mode as slowMode', 'g.visibility', 'g.custom'])
    .where('m.user_id', '=', user);
}

/**
 * Converts a row to a group. Omits the number of join requests for plain members, who must not see
 * it.
 */
function toGroup({ requests, ...row }: Omit<Group, 'requests' | 'custom'> & GroupColumns): Group {
  return { ...omitNullCustom(row), ...(requests !== null && { requests }) };
}

interface GroupColumns {
  requests: number | null;
  custom: Custom | null;
}

interface NewGroup {
  name: string;
  description: string;
  avatar: string | null;
  history: Group['history'];
  slowMode?: number | undefined;
  visibility?: Group['visibility'] | undefined;
  custom?: Custom | null | undefined;
  owner: number;
  maxMembers: number;
  retention?: number | null | undefined;
}

interface GroupChanges {
  name?: string | undefined;
  description?: string | undefined;
  avatar?: string | null | undefined;
  history?: Group['history'] | undefined;
  slowMode?: number | undefined;
  visibility?: Group['visibility'] | undefined;
  custom?: Custom | null | undefined;
  maxMembers?: number | undefined;
  retention?: number | null | undefined;
  owner?: number;
}
