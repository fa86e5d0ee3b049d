import type { Database } from '@parley/database';
import { sql } from 'kysely';
import { omitNullCustom } from '../queries/custom.ts';

/**
 * Counts how many accounts use each set of hash parameters, among the 10,000 oldest and the 10,000
 * newest accounts that have a password.
 */
export async function countHashParameters(db: Database): Promise<{ parameters: string; count: number }[]> {
  const { rows } = await sql<{ parameters: string; count: number }>`
    with sample as (
      (select id, password_hash from users where password_hash is not null order by id limit 10000)
      union
      (select id, password_hash from users where password_hash is not null order by id desc limit 10000)
    )
    select split_part(password_hash, '$', 4) as parameters, count(*) as count from sample group by 1 order by 1`.execute(
    db,
  );
  return rows;
}

/**
 * Returns an account's credentials. Undefined if the account does not exist, was deleted or is
 * deactivated.
 */
export async function getCredentials(db: Database, which: Which): Promise<Credentials | undefined> {
  const row = await db
    .selectFrom('users')
    .select(['id', 'username', 'name', 'avatar', 'sign', 'custom'])
    .select(['password_hash', 'email', 'totp_secret', 'totp_pending', 'totp_step'])
    .where((eb) => ('user' in which ? eb('id', '=', which.user) : eb('username', '=', which.username)))
    .where('deactivated', 'is', null)
    .where('erased', 'is', null)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { password_hash, email, totp_secret, totp_pending, totp_step, ...user } = row;
  return {
    user: omitNullCustom(user),
    email,
    passwordHash: password_hash,
    totpSecret: totp_secret,
    totpPending: totp_pending,
    totpStep: totp_step,
  };
}

/** Locks an account until the transaction ends and reads its credentials. */
export async function lockCredentials(tx: Database, user: number): Promise<Credentials | undefined> {
  await sql`select from users where id = ${user} for no key update`.execute(tx);
  return await getCredentials(tx, { user });
}

export async function setPasswordHash(tx: Database, user: number, hash: string): Promise<void> {
  await tx.updateTable('users').set({ password_hash: hash }).where('id', '=', user).execute();
}

/**
 * Replaces a password hash with another hash of the same password. No-op if the stored hash is no
 * longer `before`, because the password was changed.
 */
export async function replacePasswordHash(db: Database, user: number, before: string, after: string): Promise<void> {
  await db
    .updateTable('users')
    .set({ password_hash: after })
    .where('id', '=', user)
    .where('password_hash', '=', before)
    .execute();
}

export async function setEmail(tx: Database, user: number, email: string | null): Promise<void> {
  await tx.updateTable('users').set({ email }).where('id', '=', user).execute();
}

/** Updates the given fields of a user's second factor. */
export async function setTotp(tx: Database, user: number, totp: TotpChanges): Promise<void> {
  await tx.updateTable('users').set(totp).where('id', '=', user).execute();
}

/** Replaces a user's recovery codes. */
export async function setRecoveryCodes(tx: Database, user: number, hashes: readonly string[]): Promise<void> {
  await tx.deleteFrom('recovery_codes').where('user_id', '=', user).execute();
  if (hashes.length === 0) return;
  const rows = hashes.map((hash) => ({ user_id: user, hash }));
  await tx.insertInto('recovery_codes').values(rows).execute();
}

/** Deletes the recovery code of a user that has this hash. Returns false if no code matches. */
export async function spendRecoveryCode(tx: Database, user: number, hash: string): Promise<boolean> {
  const query = tx.deleteFrom('recovery_codes').where('user_id', '=', user).where('hash', '=', hash);
  return (await query.executeTakeFirst()).numDeletedRows > 0n;
}

export async function countRecoveryCodes(db: Database, user: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from recovery_codes where user_id = ${user}`.execute(db);
  return rows[0]?.count ?? 0;
}

/**
 * Stores a token of a user, such as one for a password reset, and deletes the user's earlier tokens
 * for the same purpose.
 */
export async function putAccountToken(tx: Database, token: NewAccountToken): Promise<void> {
  const { user, purpose, hash, email = null, expires } = token;
  await tx.deleteFrom('account_tokens').where('user_id', '=', user).where('purpose', '=', purpose).execute();
  await tx.insertInto('account_tokens').values({ hash, user_id: user, purpose, email, expires }).execute();
}

/**
 * Deletes an unexpired token and returns its user and e-mail address. Because the token is deleted,
 * it works only once.
 */
export async function spendAccountToken(
  tx: Database,
  purpose: 'password' | 'email',
  hash: string,
): Promise<{ user: number; email: string | null } | undefined> {
  return await tx
    .deleteFrom('account_tokens')
    .where('hash', '=', hash)
    .where('purpose', '=', purpose)
    .where('expires', '>', Date.now())
    .returning(['user_id as user', 'email'])
    .executeTakeFirst();
}

/** Returns the user who owns a token. Undefined if the token does not exist or has expired. */
export async function findAccountToken(
  db: Database,
  purpose: 'password' | 'email',
  hash: string,
): Promise<number | undefined> {
  const query = db.selectFrom('account_tokens').select('user_id').where('hash', '=', hash);
  const row = await query.where('purpose', '=', purpose).where('expires', '>', Date.now()).executeTakeFirst();
  return row?.user_id;
}

/** Returns the new e-mail address that the user has not confirmed yet. Null if there is none. */
export async function getPendingEmail(db: Database, user: number): Promise<string | null> {
  const query = db.selectFrom('account_tokens').select('email').where('user_id', '=', user);
  const row = await query.where('purpose', '=', 'email').where('expires', '>', Date.now()).executeTakeFirst();
  return row?.email ?? null;
}

/** Deletes all tokens of a user: password reset tokens and e-mail confirmation tokens. */
export async function deleteAccountTokens(tx: Database, user: number): Promise<void> {
  await tx.deleteFrom('account_tokens').where('user_id', '=', user).execute();
}

type Which = { user: number } | { username: string };

export interface Credentials {
  user: { id: number; username: string; name: string; avatar: string | null; sign: string };
  email: string | null;
  passwordHash: string | null;
  /** The encrypted secret of the second factor. Null if the account has no second factor. */
  totpSecret: string | null;
  totpPending: string | null;
  totpStep: number;
}

interface TotpChanges {
  totp_secret?: string | null;
  totp_pending?: string | null;
  totp_step?: number;
}

interface NewAccountToken {
  user: number;
  purpose: 'password' | 'email';
  hash: string;
  email?: string;
  expires: number;
}
