import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

const database = `migrate_${process.pid}`;
const server = new URL(inject('postgres'));
let folder: string;
let admin: pg.Client;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-migrate-'));
  const script = new URL('../../packages/stack/bin/build.mjs', import.meta.url).href;
  const { buildOne } = await import(/* @vite-ignore */ script);
  await buildOne('services/api/src/migrate.ts', join(folder, 'migrate.js'));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  admin = new pg.Client(server.href);
  await admin.connect();
  await admin.query(`create database ${database}`);
});

afterAll(async () => {
  await admin?.query(`drop database if exists ${database} with (force)`);
  await admin?.end();
  await rm(folder, { recursive: true });
});

function migrate(args: string[] = [], name = database): ChildProcess {
  const env = { ...process.env, DATABASE_URL: Object.assign(new URL(server), { pathname: `/${name}` }).href };
  return spawn(process.execPath, [join(folder, 'migrate.js'), ...args], { env });
}

async function exit(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

describe('the migration', () => {
  it('if several processes start the migration, it runs once; processes that wait for it then exit with 0', async () => {
    const waiting = migrate(['wait']);
    const waited = exit(waiting);
    await new Promise((resolve) => waiting.stdout?.once('data', resolve));
    expect(waiting.exitCode).toBe(null);
    const runs = [migrate(), migrate(), migrate()];
    expect(await Promise.all(runs.map(exit))).toEqual([0, 0, 0]);
    expect(await waited).toBe(0);
    expect(await exit(migrate(['wait']))).toBe(0);
  });

  it('a failing migration prints its error in one line and exits with 1', async () => {
    const failing = migrate([], `${database}_absent`);
    const [code, said] = await Promise.all([exit(failing), failing.stderr ? text(failing.stderr) : '']);
    expect(code).toBe(1);
    expect(said).toMatch(/^migrate failed: .*does not exist\n$/);
  });

  it('a process that waits for the migration exits on SIGTERM', async () => {
    const waiting = migrate(['wait'], `${database}_absent`);
    const waited = exit(waiting);
    await new Promise((resolve) => waiting.stdout?.once('data', resolve));
    waiting.kill('SIGTERM');
    expect(await waited).toBe(1);
  });
});
