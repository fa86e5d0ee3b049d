import type { Database } from '@parley/database';
import type { ErrorCode } from '@parley/protocol';
import { sql } from 'kysely';

/**
 * Ms without progress after which an import counts as interrupted, because its process has ended.
 */
const SILENT_MS = 120_000;

/** Adds an import. Returns its id. */
export async function insertImport(db: Database, key: string, lines: number): Promise<number> {
  const { id } = await db.insertInto('imports').values({ key, lines }).returning('id').executeTakeFirstOrThrow();
  return id;
}

/** Stores the progress of an import. */
export async function updateImport(db: Database, id: number, { errors, ...progress }: Progress): Promise<void> {
  await db
    .updateTable('imports')
    .set({ ...progress, errors: JSON.stringify(errors), updated: Date.now() })
    .where('id', '=', id)
    .execute();
}

/** Lists the imports of an API key, newest first, with ids below `before`. */
export async function listImports(
  db: Database,
  key: string,
  { before, limit }: { before: number | undefined; limit: number },
): Promise<Import[]> {
  return await imports(db)
    .where('key', '=', key)
    .$if(before !== undefined, (query) => query.where('id', '<', before as number))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
}

/** Returns an import of an API key. Undefined if it does not exist. */
export async function getImport(db: Database, key: string, id: number): Promise<Import | undefined> {
  return await imports(db).where('key', '=', key).where('id', '=', id).executeTakeFirst();
}

/** Finds users and groups by id or external id. Omits those that do not exist. */
export async function findPeople(db: Database, asked: Asked): Promise<Person[]> {
  const { rows } = await sql<Person>`
    select 'u:' || external_id as name, id, false as "group" from users
    where external_id = any(${asked.users}::text[]) and erased is null
    union all
    select 'g:' || external_id, id, true from groups where external_id = any(${asked.groups}::text[]) and dissolved is null
    union all
    select 'n:' || id, id, false from users where id = any(${asked.ids}::bigint[]) and erased is null
    union all
    select 'n:' || id, id, true from groups where id = any(${asked.ids}::bigint[]) and dissolved is null`.execute(db);
  return rows;
}

/** Returns those of the given pairs whose user is a member of the group, as `<group>:<user>`. */
export async function findMembers(
  db: Database,
  pairs: readonly { group: number; user: number }[],
): Promise<Set<string>> {
  if (pairs.length === 0) return new Set();
  const { rows } = await sql<{ name: string }>`
    select m.group_id || ':' || m.user_id as name from group_members m
    join unnest(${pairs.map(({ group }) => group)}::bigint[], ${pairs.map(({ user }) => user)}::bigint[]) as d (group_id, user_id)
      on m.group_id = d.group_id and m.user_id = d.user_id`.execute(db);
  return new Set(rows.map(({ name }) => name));
}

function imports(db: Database) {
  return db
    .selectFrom('imports')
    .select(['id', 'lines', 'imported', 'duplicates', 'failed', 'created', 'updated'])
    .select(sql<LineError[]>`errors`.as('errors'))
    .select(
      sql<ImportState>`case when state = 'running' and updated < now_ms() - ${SILENT_MS} then 'interrupted' else state end`.as(
        'state',
      ),
    );
}

type ImportState = 'running' | 'done' | 'interrupted';

/** The reason why a line was refused. */
export interface LineError {
  line: number;
  code: ErrorCode;
  message: string;
}

/** The progress of an import. */
export interface Progress {
  state: ImportState;
  /** Number of lines that were handled, including skipped lines. */
  lines: number;
  imported: number;
  duplicates: number;
  /** Number of lines that were refused. */
  failed: number;
  errors: LineError[];
}

/** An import in the form that the owner of the API key receives. */
export interface Import extends Progress {
  id: number;
  created: number;
  updated: number;
}

interface Asked {
  /** External ids of users. */
  users: string[];
  groups: string[];
  ids: number[];
}

interface Person {
  /**
   * The searched name: `u:` or `g:` followed by an external id, or `n:` followed by Parley's id.
   */
  name: string;
  id: number;
  group: boolean;
}
