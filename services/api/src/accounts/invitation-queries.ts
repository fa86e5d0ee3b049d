import type { Database } from '@parley/database';
import { sql } from 'kysely';

export async function insertInvitation(db: Database, invitation: NewInvitation): Promise<Invitation> {
  return await db.insertInto('invitations').values(invitation).returning(columns).executeTakeFirstOrThrow();
}

/** Lists invitations to register, newest first, from a page cursor. */
export async function listInvitations(
  db: Database,
  before: readonly [created: number, code: string] | undefined,
  limit: number,
): Promise<Invitation[]> {
  return await db
    .selectFrom('invitations')
    .select(columns)
    .$if(before !== undefined, (query) => query.where(sql<boolean>`(created, code) < (${before?.[0]}, ${before?.[1]})`))
    .orderBy('created', 'desc')
    .orderBy('code', 'desc')
    .limit(limit)
    .execute();
}

export async function deleteInvitation(db: Database, code: string): Promise<void> {
  await db.deleteFrom('invitations').where('code', '=', code).execute();
}

/**
 * Counts one use of an invitation to register. Returns false if it does not exist, is used up or
 * has expired.
 */
export async function spendInvitation(tx: Database, code: string): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('invitations')
    .set((eb) => ({ used: eb('used', '+', 1) }))
    .where('code', '=', code)
    .whereRef('used', '<', 'uses')
    .where((eb) => eb.or([eb('expires', 'is', null), eb('expires', '>', Date.now())]))
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

const columns = ['code', 'note', 'uses', 'used', 'created', 'expires'] as const;

interface NewInvitation {
  code: string;
  uses: number;
  expires: number | null;
  note: string;
}

export interface Invitation extends NewInvitation {
  used: number;
  created: number;
}
