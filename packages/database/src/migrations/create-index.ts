import { type Kysely, sql } from 'kysely';

/**
 * Builds an index without blocking writes to the table. Idempotent: rebuilds an index that an
 * interrupted build left invalid. On a partitioned table, builds one index concurrently per
 * partition. Use it only in migrations with `concurrent = true`.
 *
 * @param definition the part after `on <table>`, such as `(owner_id) where expires is not null`
 */
export async function createIndex(db: Kysely<unknown>, name: string, table: string, definition: string): Promise<void> {
  const partitions = await partitionsOf(db, table);
  if (partitions.length === 0) return await build(db, name, table, definition);
  await sql.raw(`create index if not exists ${name} on only ${table} ${definition}`).execute(db);
  for (const partition of partitions) {
    const own = `${name}_${partition}`;
    await build(db, own, partition, definition);
    const attached = sql<{ found: boolean }>`
      select exists (select from pg_inherits where inhrelid = to_regclass(${own})) as found`;
    if (!(await attached.execute(db)).rows[0]?.found)
      await sql.raw(`alter index ${name} attach partition ${own}`).execute(db);
  }
}

async function build(db: Kysely<unknown>, name: string, table: string, definition: string): Promise<void> {
  const { rows } = await sql<{ valid: boolean }>`
    select indisvalid as valid from pg_index where indexrelid = to_regclass(${name})`.execute(db);
  if (rows[0]?.valid) return;
  if (rows[0]) await sql.raw(`drop index concurrently ${name}`).execute(db);
  await sql.raw(`create index concurrently ${name} on ${table} ${definition}`).execute(db);
}

async function partitionsOf(db: Kysely<unknown>, table: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select inhrelid::regclass::text as name from pg_inherits where inhparent = to_regclass(${table}) order by 1`.execute(
    db,
  );
  return rows.map(({ name }) => name);
}
