import { openDatabase, openPool } from '@parley/database';
import { checkServers } from '@parley/service';
import { testDatabase } from '@parley/stack/test';
import { expect, it } from 'vitest';
import { pingDatabase } from './health-queries.ts';

it('the reason of a PostgreSQL without free connections, or with another password, contains its message', async () => {
  const url = new URL(await testDatabase());
  const admin = openPool({ url: url.href, maxConnections: 1 });
  const role = `limited_${process.pid}`;
  await admin.query(`create role ${role} login password 'p' connection limit 1`);
  url.username = role;
  url.password = 'p';
  const holder = openPool({ url: url.href, maxConnections: 1 });
  await holder.query('select 1');
  const reasonsWith = async (address: string) => {
    const db = openDatabase({ url: address, maxConnections: 1 });
    try {
      return await checkServers({ PostgreSQL: () => pingDatabase(db) });
    } finally {
      await db.destroy();
    }
  };
  expect(await reasonsWith(url.href)).toEqual([`PostgreSQL is unavailable: too many connections for role "${role}"`]);
  await holder.end();
  url.password = 'wrong';
  expect(await reasonsWith(url.href)).toEqual([
    `PostgreSQL is unavailable: password authentication failed for user "${role}"`,
  ]);
  await admin.query(`drop role ${role}`);
  await admin.end();
});
