import { Parley, type WebSocketLike } from '@parley/client';
import { migrate, openDatabase, openPool, verifyDatabase } from '@parley/database';
import { signToken } from '@parley/service';
import { startTestRedis, type TestRedis, temporaryFolder, waitFor } from '@parley/stack';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { WebSocket } from 'ws';
import { checkDevices } from '../chaos/check/devices.ts';
import { copyKey, readCleared, readCopies } from '../chaos/check/evidence.ts';
import { checkRecords } from '../chaos/check/records.ts';
import { Client } from '../gateway/client.ts';
import { Kit, type Person } from '../groups/kit.ts';
import { Conversation } from './conversation.ts';
import { Fleet, type Release, type ServiceName } from './fleet.ts';
import { OldRelease, whyNoOldRelease } from './old-release.ts';

const secret = 'a secret of the upgrade, long enough for anyone';
const token = (user: number) => signToken(secret, { user, session: `session-${user}`, lifetime: 600 });

const missing = await whyNoOldRelease();
if (missing) process.stderr.write(`Skipped: upgrade and rollback. ${missing}\n`);

describe.skipIf(missing !== undefined)('upgrade and rollback between the previous and this release', () => {
  let old: OldRelease;
  let redis: TestRedis;
  let databaseUrl: string;
  beforeAll(async () => {
    [old, redis, databaseUrl] = await Promise.all([OldRelease.build(), startTestRedis(), emptyDatabase()]);
  });
  afterAll(async () => {
    await redis?.stop();
    await old?.[Symbol.asyncDispose]();
  });

  it('no message is lost, duplicated or reordered during an upgrade and a downgrade', async () => {
    await old.migrate(databaseUrl);
    const media = await temporaryFolder('upgrade-media');
    const env = {
      ...{ REDIS_URL: redis.url, DATABASE_URL: databaseUrl, TOKEN_SECRET: secret, MEDIA_DIR: media.path },
      ...{ SEND_POLICY: 'anyone', SEND_RATE: '1000', SEND_BURST: '1000', LOG_LEVEL: 'warn', DRAIN_TIME: '500ms' },
      ...{ MUTATION_RATE: '1000', MUTATION_BURST: '1000' },
    };
    await using fleet = await Fleet.start('old', { oldFolder: old.folder, env });
    const users = await people(databaseUrl, 4);
    const group = await createGroup(fleet.url('api'), users);
    const seats = [
      { Client: await old.client(), gateway: fleet.url('gateway-1') },
      { Client: Parley, gateway: fleet.url('gateway-2') },
    ];
    await using talk = await Conversation.begin({ users, group, api: fleet.url('api'), token, seats });
    await talk.go(5);

    await migrate(databaseUrl);
    await talk.go(5);
    const put = async (release: Release, ...names: ServiceName[]) => {
      await Promise.all(names.map((name) => fleet.put(name, release)));
      await talk.go(5);
    };
    await put('new', 'gateway-1', 'recorder-1');
    const [ann = 0, ben = 0] = await people(databaseUrl, 2, 'other');
    await using client = await Client.open(fleet.url('gateway-1'), token(ann));
    const custom = { type: 'send', ref: 'c', to: ben, body: { type: 'text', text: 'hi' }, custom: { a: 1 } } as const;
    expect(await client.ask(custom)).toMatchObject({ type: 'error', code: 'unavailable', retry: true });
    await put('new', 'gateway-2', 'recorder-2', 'api');
    await using again = await Client.open(fleet.url('gateway-1'), token(ann));
    await waitFor(async () => (await again.ask(custom)).type === 'ack');
    await old.migrate(databaseUrl);
    await put('old', 'gateway-1', 'recorder-2');
    await put('old', 'gateway-2', 'recorder-1', 'api');
    await talk.stop();

    const pool = openPool({ url: databaseUrl, name: 'test' });
    const recorded = async () => (await pool.query('select count(*)::int as n from messages')).rows[0]?.n as number;
    const { sent } = talk.evidence;
    const rows = sent.reduce((sum, message) => sum + (message.group ? 1 : 2), 0);
    await waitFor(async () => (await recorded()) >= rows, { message: 'not all is recorded' });
    const copies = await readCopies(pool);
    for (const key of [copyKey(ann, ben), copyKey(ben, ann)]) copies.delete(key);
    const stored = await pool.query('select custom from messages where owner_id = $1', [ben]);
    expect(stored.rows).toEqual([{ custom: { a: 1 } }]);
    const evidence = { ...talk.evidence, copies, cleared: await readCleared(pool), hidden: new Map() };
    const devices = checkDevices(evidence);
    expect([...checkRecords(evidence), ...devices.faults]).toEqual([]);
    expect([devices.missed, talk.failures]).toEqual([[], []]);
    expect(talk.acknowledged).toBe(sent.length);
    // Marks are recorded last.
    await waitFor(async () => (await verifyDatabase(pool)).every(({ faults }) => faults === 0));
    await pool.end();
    await waitFor(async () => (await talk.differences(fleet.url('api'), token)).length === 0).catch(() => {});
    expect(await talk.differences(fleet.url('api'), token)).toEqual([]);
    await fleet.put('api', 'new');
    expect(await talk.differences(fleet.url('api'), token)).toEqual([]);
    await media.remove();
  }, 120_000);

  it('an SDK of the previous release keeps the messages around a notice, although it does not know notices', async () => {
    await using kit = await Kit.start({ env: { GROUP_NOTICES: 'on' } });
    const [ann, ben] = (await kit.people(2)) as [Person, Person];
    const group = await kit.group([ann, ben]);
    const Old = await old.client();
    const client = new Old({
      ...{ api: kit.api, gateways: [kit.gateway(0).replace('ws', 'http')], user: ben.id, device: 'old' },
      token: async () => ben.token,
      WebSocket: WebSocket as unknown as WebSocketLike,
    });
    const errors: unknown[] = [];
    client.on('error', (error) => errors.push(error));
    await client.connect();
    await client.online();
    await using a = await ann.connect();
    await a.text(group, 'before');
    await ann.call('PATCH', `/groups/${group}`, { name: 'Renamed' });
    await a.text(group, 'after');
    const kinds = () => client.messages(group).map(({ body }) => (body?.type === 'text' ? body.text : body?.type));
    await waitFor(() => kinds().at(-1) === 'after');
    expect(kinds()).toEqual(['notice', 'before', 'notice', 'after']);
    expect(client.chats().map(({ chat, last }) => [chat, last?.body?.type])).toEqual([[group, 'text']]);
    expect(errors).toEqual([]);
    await client.close();
  }, 60_000);
});

async function emptyDatabase(): Promise<string> {
  const server = inject('postgres');
  const client = new pg.Client(server);
  await client.connect();
  const name = `upgrade_${process.pid}`;
  await client.query(`create database ${name}`);
  await client.end();
  return new URL(`/${name}`, server).href;
}

/** Creates users in the schema of either release. */
async function people(url: string, count: number, name = 'user'): Promise<number[]> {
  await using db = openDatabase({ url, maxConnections: 1 });
  const values = Array.from({ length: count }, (_, i) => ({ username: `${name}-${i}`, name: `User ${i}` }));
  const users = (await db.insertInto('users').values(values).returning('id').execute()).map(({ id }) => id);
  const [owner = 0, ...others] = users;
  const friendships = others.flatMap((id) => [
    { user_id: owner, friend_id: id },
    { user_id: id, friend_id: owner },
  ]);
  await db.insertInto('friendships').values(friendships).execute();
  return users;
}

async function createGroup(api: string, [owner = 0, ...members]: number[]): Promise<number> {
  const response = await fetch(`${api}/v1/groups`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token(owner)}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'everybody', members }),
  });
  const { id } = (await response.json()) as { id: number };
  return id;
}
