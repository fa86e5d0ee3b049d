import { sql } from 'kysely';
import type { Database } from './open-database.ts';

/** Maximum ms for which an access token may be valid. */
const MAX_TOKEN_TTL_MS = 86_400_000;

/** Returns the identity and progress of this database. */
export async function readInstallation(db: Database): Promise<Installation> {
  return await db
    .selectFrom('installation')
    .select(['id as installation', 'mark', 'nonce', 'previous'])
    .executeTakeFirstOrThrow();
}

/**
 * Advances the mark by one, unless another process has advanced it, or the last advance is less
 * than `interval` ms old.
 *
 * @returns the new state, or undefined if it was not advanced
 */
export async function advanceMark(db: Database, from: number, interval: number): Promise<Installation | undefined> {
  const { rows } = await sql<Installation>`
    update installation set mark = mark + 1, previous = nonce, nonce = gen_random_uuid(), advanced = now_ms()
    where mark = ${from} and (advanced < now_ms() - ${interval}::bigint or advanced > now_ms())
    returning id as installation, mark, nonce, previous`.execute(db);
  return rows[0];
}

/**
 * Sets the mark above its value and above `other`, the mark of the other store, with a new nonce.
 */
export async function settleMark(db: Database, other: number): Promise<Installation> {
  const { rows } = await sql<Installation>`
    update installation set
      mark = greatest(mark, ${other}::bigint) + 1, previous = null, nonce = gen_random_uuid(), advanced = now_ms()
    returning id as installation, mark, nonce, previous`.execute(db);
  return rows[0] as Installation;
}

/**
 * Returns the ended sessions whose access tokens may still be valid. `until` is when the last one
 * expires, in Unix ms.
 */
export async function readEndedSessions(db: Database): Promise<{ user: number; session: string; until: number }[]> {
  const { rows } = await sql<{ user: number; session: string; until: number }>`
    select user_id as "user", id as session, revoked + ${MAX_TOKEN_TTL_MS}::bigint as until
    from sessions where revoked > now_ms() - ${MAX_TOKEN_TTL_MS}::bigint`.execute(db);
  return rows;
}

/** See `InstallationTable`. */
export interface Installation {
  installation: string;
  mark: number;
  nonce: string;
  previous: string | null;
}
