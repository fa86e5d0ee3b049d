import type { Database } from '@parley/database';
import { type Privacy, privacySchema } from '@parley/protocol';
import { type RawBuilder, sql } from 'kysely';

/**
 * Returns all privacy settings of a user. Settings that the user did not change have their default
 * values.
 */
export async function getPrivacy(db: Database, user: number): Promise<Privacy> {
  const row = await db.selectFrom('users').select('privacy').where('id', '=', user).executeTakeFirst();
  return privacySchema.parse(row?.privacy ?? {});
}

/** Changes the given privacy settings of a user, in a transaction. Returns the former settings. */
export async function updatePrivacy(tx: Database, user: number, changes: PrivacyChanges): Promise<Privacy> {
  const query = tx.selectFrom('users').select('privacy').where('id', '=', user).forNoKeyUpdate();
  const before = (await query.executeTakeFirst())?.privacy ?? {};
  const privacy = JSON.stringify({ ...before, ...changes });
  await tx.updateTable('users').set({ privacy }).where('id', '=', user).execute();
  return privacySchema.parse(before);
}

/** Returns the value of one privacy setting for each of the given users. */
export async function whoPermits(
  db: Database,
  what: 'addToGroups',
  users: readonly number[],
): Promise<Map<number, Privacy['addToGroups']>> {
  const rows = await db.selectFrom('users').select(['id', 'privacy']).where('id', 'in', users).execute();
  return new Map(rows.map(({ id, privacy }) => [id, privacySchema.parse(privacy)[what]]));
}

/** SQL condition that the user with these privacy settings shares read marks. */
export const sharesReads = (privacy: RawBuilder<unknown>) =>
  sql<boolean>`coalesce(${privacy} ->> 'readReceipts' <> 'nobody', true)`;

/** Privacy settings to change. Settings that are undefined stay unchanged. */
export type PrivacyChanges = { [Choice in keyof Privacy]?: Privacy[Choice] | undefined };
