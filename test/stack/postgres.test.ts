import { startPostgres } from '@parley/stack';
import pg from 'pg';
import { describe, expect, inject, it } from 'vitest';

const query = async (url: string, text: string) => {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
};

describe('startPostgres', () => {
  it('startPostgres keeps committed data when the server is killed', async () => {
    await using server = await startPostgres();
    const url = await server.createDatabase();
    await query(url, 'create table kept as select 1 as n');
    const { pid } = server;
    await server.kill();
    expect(() => process.kill(pid, 0)).toThrow();
    await server.restart();
    expect(await query(url, 'select n from kept')).toEqual([{ n: 1 }]);
  });

  it('startPostgres rejects if the port is in use', async () => {
    const { port } = new URL(inject('postgres'));
    await expect(startPostgres({ port: Number(port) })).rejects.toThrow(/in use/);
  });

  it('on a server that startPostgres started, lower() also changes non-ASCII letters', async () => {
    expect(await query(inject('postgres'), `select lower('ÄÉЖ') as lower`)).toEqual([{ lower: 'äéж' }]);
  });
});
