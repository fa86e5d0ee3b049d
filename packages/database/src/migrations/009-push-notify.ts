import { type Kysely, sql } from 'kysely';

/**
 * Notifies recorders (PostgreSQL's NOTIFY) of each user who registers a push device. Recorders keep
 * these users in memory, so that a message to any other user needs no query.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create function notify_push_user() returns trigger language plpgsql as $$
  begin
    perform pg_notify('parley_push_user', new.user_id::text);
    return null;
  end
  $$`,
  `create trigger push_subscriptions_notify after insert or update of user_id on push_subscriptions
  for each row execute function notify_push_user()`,
];
