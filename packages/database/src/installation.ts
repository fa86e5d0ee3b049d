import { sql } from 'kysely';
import type { Database } from './open-database.ts';

/** Maximum time in ms for which an access token is valid. */
const MAX_TOKEN_TTL_MS = 86_400_000;

/**
 * Returns the id of this installation and the database's progress mark, a counter that is compared
 * with Redis.
 */
export async function readInstallation(db: Database): Promise<Installation> {
  return await db
    .selectFrom('installation')
    .select(['id as installation', 'mark', 'nonce', 'previous'])
    .executeTakeFirstOrThrow();
}

/**
 * Increments the progress mark by one. Does nothing if another process has incremented it already,
 * or if the last increment is less than `interval` ms old.
 *
 * @returns the new state, or undefined if the mark was not incremented
 */
export async function advanceMark(db: Database, from: number, interval: number): Promise<Installation | undefined> {
  const { rows } = await sql<Installation>`
    update installation set mark = mark + 1, previous = nonce, nonce = gen_random_uuid(), advanced = now_ms()
    where mark = ${from} and (advanced < now_ms() - ${interval}::bigint or advanced > now_ms())
    returning id as installation, mark, nonce, previous`.execute(db);
  return rows[0];
}

/**
 * Sets the progress mark to a value above both its current value and `other`, the mark of the other
 * store. Also assigns a new nonce.
 */
export async function settleMark(db: Database, other: number): Promise<Installation> {
  const { rows } = await sql<Installation>`
    update installation set
      mark = greatest(mark, ${other}::bigint) + 1, previous = null, nonce = gen_random_uuid(), advanced = now_ms()
    returning id as installation, mark, nonce, previous`.execute(db);
  return rows[0] as Installation;
}

/**
 * Returns the ended sessions that might still have a valid access token. `until` is when the last
 * of the session's tokens expires, in Unix ms.
 */
export async function readEndedSessions(db: Database): Promise<{ user: number; session: string; until: number }[]> {
  const { rows } = await sql<{ user: number; session: string; until: number }>`
    select user_id as "user", id as session, revoked + ${MAX_TOKEN_TTL_MS}::bigint as until
    from sessions where revoked > now_ms() - ${MAX_TOKEN_TTL_MS}::bigint`.execute(db);
  return rows;
}

/** Id and progress mark of an installation. See `InstallationTable`. */
export interface Installation {
  installation: string;
  mark: number;
  nonce: string;
  previous: string | null;
}
