import type { Database } from '@parley/database';
import type { FoundGroup } from '@parley/protocol';
import { sql } from 'kysely';

/**
 * Finds groups that are not private and whose name begins with `q`, ignoring case, ordered by name.
 *
 * @param user the user who searches
 * @param after the last group of the previous page. Default: the first page
 */
export async function findGroups(
  db: Database,
  user: number,
  q: string,
  after: number | undefined,
  limit: number,
): Promise<FoundGroup[]> {
  const beginning = `${q.normalize('NFKC').replaceAll(/[\\%_]/g, '\\$&')}%`;
  return await db
    .selectFrom('groups as g')
    .select(['g.id', 'g.name', 'g.description', 'g.avatar'])
    .select(sql<FoundGroup['visibility']>`g.visibility`.as('visibility'))
    .select(sql<number>`(select count(*) from group_members where group_id = g.id)`.as('members'))
    .select(
      sql<FoundGroup['state']>`case
        when exists (select from group_members where group_id = g.id and user_id = ${user}) then 'joined'
        when exists (select from join_requests where group_id = g.id and user_id = ${user} and state = 'pending')
          then 'requested'
        end`.as('state'),
    )
    .where('g.dissolved', 'is', null)
    .where('g.visibility', '<>', 'private')
    .where(sql<boolean>`${key} like lower(${beginning})`)
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(${key}, g.id) > (select ${key}, g.id from groups g where g.id = ${after})`),
    )
    .orderBy(key)
    .orderBy('g.id')
    .limit(limit)
    .execute();
}

/**
 * Returns the settings that decide how a user can join a group. Undefined if the group does not
 * exist or was dissolved.
 */
export async function findOpenGroup(db: Database, id: number): Promise<OpenGroup | undefined> {
  return await db
    .selectFrom('groups')
    .select(['id', 'visibility', 'owner_id as owner', 'max_members as maxMembers'])
    .where('id', '=', id)
    .where('dissolved', 'is', null)
    .executeTakeFirst();
}

/** SQL expression by which the index `groups_found` orders groups. */
const key = sql<string>`lower(normalize(g.name, NFKC)) collate "C"`;

interface OpenGroup {
  id: number;
  visibility: 'private' | FoundGroup['visibility'];
  owner: number;
  maxMembers: number;
}
