import type { Database } from '@parley/database';
import type { Group } from '@parley/protocol';
import { sql } from 'kysely';
import { omitNullCustom } from './custom.ts';

/**
 * Returns the group with this Parley id or external id. Undefined if it does not exist or was
 * dissolved.
 */
export async function findGroupId(db: Database, group: number | string): Promise<number | undefined> {
  const row = await db
    .selectFrom('groups')
    .select('id')
    .where(typeof group === 'number' ? 'id' : 'external_id', '=', group)
    .where('dissolved', 'is', null)
    .executeTakeFirst();
  return row?.id;
}

/** Maps external ids to the ids of groups. Omits groups that do not exist. */
export async function findGroupIds(db: Database, externalIds: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await sql<{ external: string; id: number }>`
    select external_id as external, id from groups
    where external_id = any(${externalIds}::text[]) and dissolved is null`.execute(db);
  return new Map(rows.map(({ external, id }) => [external, id]));
}

/** Converts a group row to the form that the product's backend receives. */
export async function getServerGroup(db: Database, id: number): Promise<ServerGroup | undefined> {
  const row = await db
    .selectFrom('groups as g')
    .select(['g.id', 'g.external_id as externalId', 'g.name', 'g.description', 'g.avatar', 'g.owner_id as owner'])
    .select(['g.max_members as maxMembers', 'g.history', 'g.slow_mode as slowMode', 'g.visibility', 'g.custom'])
    .select('g.retention_days as retention')
    .select(sql<number>`(select count(*) from group_members where group_id = g.id)`.as('members'))
    .where('g.id', '=', id)
    .where('g.dissolved', 'is', null)
    .executeTakeFirst();
  return row && omitNullCustom(row);
}

/**
 * Sets the external id of a group. Throws PostgreSQL's error if another group has this external id.
 */
export async function setExternalId(tx: Database, id: number, externalId: string): Promise<void> {
  await tx.updateTable('groups').set({ external_id: externalId }).where('id', '=', id).execute();
}

/**
 * Makes transactions about one external id wait for each other, even if no group has that id yet.
 */
export async function lockExternalGroup(tx: Database, externalId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`group ${externalId}`}, 0))`.execute(tx);
}

export type ServerGroup = Omit<Group, 'role' | 'requests'> & { externalId: string | null; retention: number | null };
