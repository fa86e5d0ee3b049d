import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  // An id of a user or group is the ms since 2025-01-01 UTC, times 1024, plus a counter from a
  // sequence. Restoring a backup sets the sequence back, but ids do not repeat, because the time
  // has advanced.
  `create function next_principal_id() returns bigint language sql volatile parallel unsafe as
     $$ select (extract(epoch from clock_timestamp()) * 1000)::bigint * 1024 - 1735689600000 * 1024
          + nextval('principal_id_seq') % 1024 $$`,
  'alter table users alter column id set default next_principal_id()',
  'alter table groups alter column id set default next_principal_id()',
  // Assigns the same kind of ids to friend requests and friend groups, because clients that were
  // offline during a restore might still use ids of lost rows.
  'alter table friend_requests alter column id drop identity',
  'alter table friend_requests alter column id set default next_principal_id()',
  'alter table friend_groups alter column id drop identity',
  'alter table friend_groups alter column id set default next_principal_id()',
  `create table installation (
    id uuid not null default gen_random_uuid(),
    mark bigint not null default 0,
    nonce uuid not null default gen_random_uuid(),
    previous uuid,
    advanced bigint not null default 0,
    singleton boolean primary key default true check (singleton)
  )`,
  'insert into installation default values',
];
