import { migrate } from '@parley/database';
import pg from 'pg';
import { inject } from 'vitest';

/**
 * Creates a database with Parley's tables for one test file, on the PostgreSQL server of the test
 * run. Returns its URL. The migrations run once per test run, in a template of which each database
 * is a copy.
 */
export async function testDatabase(): Promise<string> {
  const server = inject('postgres');
  const client = new pg.Client(server);
  await client.connect();
  try {
    await client.query('select pg_advisory_lock(hashtext($1))', [template]);
    const { rowCount } = await client.query('select from pg_database where datname = $1 and not datallowconn', [
      template,
    ]);
    if (!rowCount) await createTemplate(client, server);
    const name = `test_${process.pid}_${Date.now()}_${++count}`;
    await client.query(`create database ${name} template ${template}`);
    return address(server, name);
  } finally {
    await client.end();
  }
}

const template = 'parley_template';
let count = 0;

async function createTemplate(client: pg.Client, server: string): Promise<void> {
  await client.query(`drop database if exists ${template} with (force)`);
  await client.query(`create database ${template}`);
  await migrate(address(server, template));
  await client.query(`alter database ${template} allow_connections false`);
}

function address(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = database;
  return url.href;
}
