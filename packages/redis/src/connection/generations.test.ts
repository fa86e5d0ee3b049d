import { type RedisServer, startRedis, startRedisCluster, waitFor } from '@parley/stack';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { append } from '../inbox/append.ts';
import { recover } from '../inbox/recover.ts';
import { accept } from '../messages/accept.ts';
import { moveBucket } from '../test/move-bucket.ts';
import { connectRedis, type RedisConnection } from './redis-connection.ts';

const [ann, ben] = [1, 2];
const device = { device: 'd', limit: 100 };
let servers: RedisServer[];
let connections: RedisConnection[];
let admin: Redis;

/** Starts a master with a replica. Both have one message. */
beforeEach(async () => {
  servers = await Promise.all([startRedis(), startRedis()]);
  admin = new Redis(servers[1]?.url ?? '');
  connections = [await connectRedis({ url: servers[0]?.url ?? '' })];
  await send(connections[0] as RedisConnection, 'first');
  await admin.call('REPLICAOF', '127.0.0.1', servers[0]?.port ?? 0);
  await waitFor(async () => ((await admin.call('ROLE')) as unknown[])[3] === 'connected');
});
afterEach(async () => {
  admin?.disconnect();
  await Promise.all(connections.map((connection) => connection.close()));
  await Promise.all(servers.map((server) => server.stop()));
});

describe('a replica that is promoted after its master failed', () => {
  it('a promoted replica does not reuse the offsets of events that it never received from the master', async () => {
    const [master] = connections as [RedisConnection];
    await admin.call('REPLICAOF', 'NO', 'ONE');
    await send(master, 'only the master has this');
    const { epoch, last } = await recover(master, ben, 'acknowledged', device);
    expect(last).toBe(2);

    const promoted = await connectRedis({ url: servers[1]?.url ?? '' });
    connections.push(promoted);
    await send(promoted, 'in its place');
    const page = await recover(promoted, ben, { epoch, offset: last }, device);
    expect(page.recovered).toBe(false);
    expect(page.events.map(({ event }) => JSON.parse(event).body.text)).toEqual(['first', 'in its place']);

    await send(promoted, 'goes on');
    await append(promoted, [{ user: ben, event: '{"kind":"mark"}' }]);
    const next = await recover(promoted, ben, { epoch: page.epoch, offset: page.last }, device);
    expect(next).toMatchObject({ recovered: true, epoch: page.epoch, last: 4 });
  });
});

describe('a server that was restarted with all its data', () => {
  it('a Redis server that restarts with all its data continues inboxes at their last offset', async () => {
    const [master] = connections as [RedisConnection];
    const { epoch, last } = await recover(master, ben, 'acknowledged', device);
    await servers[0]?.restart();
    await waitFor(() => send(master, 'second').then(() => true));
    expect(await recover(master, ben, { epoch, offset: last }, device)).toMatchObject({ recovered: true, last: 2 });
  });
});

describe('a replica that is promoted in a cluster', () => {
  it('a replica promoted in a cluster reuses no offsets, while inboxes on other masters continue', async () => {
    await using cluster = await startRedisCluster({ replicasPerMaster: 1, nodeTimeout: 1000 });
    const connection = await connectRedis({ url: cluster.url });
    connections.push(connection);
    const place = (user: number) => connection.masterOf(connection.keys.inbox(user));
    const [cay, dan] = [ann + connection.keys.buckets, ann + 2 * connection.keys.buckets];
    const [eve = 0, ...others] = Array.from({ length: 60 }, (_, i) => i + 2).filter(
      (user) => place(user) !== place(ann),
    );
    const fay = others.find((user) => place(user) === place(eve)) ?? 0;
    const master = cluster.nodes.findIndex(({ url }) => url.endsWith(String(place(ann))));
    const [failing, heir] = [cluster.nodes[master], cluster.nodes[master + 3]] as [RedisServer, RedisServer];
    const at = new Redis(failing.url);

    await send(connection, 'first', cay, dan);
    await send(connection, 'first', eve, fay);
    expect(await at.wait(1, 5000)).toBe(1);
    process.kill(heir.pid, 'SIGSTOP');
    await at.call('CLIENT', 'KILL', 'TYPE', 'replica');
    at.disconnect();
    await send(connection, 'only the master has this', cay, dan);
    const { epoch, last } = await recover(connection, dan, 'acknowledged', device);
    expect(last).toBe(2);
    const other = await recover(connection, fay, 'acknowledged', device);
    await failing.kill();
    process.kill(heir.pid, 'SIGCONT');

    // The home bucket of their conversation is on the master that was replaced.
    const sent = () =>
      send(connection, 'in its place', eve, dan)
        .then(() => true)
        .catch(() => false);
    await waitFor(sent, { timeout: 20_000, message: 'nobody took over' });
    const page = await recover(connection, dan, { epoch, offset: last }, device);
    expect(page.recovered).toBe(false);
    expect(page.events.map(({ event }) => JSON.parse(event).body.text)).toEqual(['first', 'in its place']);

    await send(connection, 'goes on', cay, dan);
    const next = await recover(connection, dan, { epoch: page.epoch, offset: page.last }, device);
    expect(next).toMatchObject({ recovered: true, epoch: page.epoch, last: 3 });
    await send(connection, 'goes on', eve, fay);
    const after = await recover(connection, fay, { epoch: other.epoch, offset: other.last }, device);
    expect(after).toMatchObject({ recovered: true, epoch: other.epoch, last: 2 });
  }, 60_000);
});

describe('a bucket that moves to another master', () => {
  it("after a bucket moves, a connection reads the bucket's generation (a number that grows after data loss) from the new master before it sends a command there", async () => {
    await using cluster = await startRedisCluster();
    const connection = await connectRedis({ url: cluster.url });
    connections.push(connection);
    const { client, keys } = connection;
    await Promise.all(Array.from({ length: 20 }, (_, i) => send(connection, 'opens a connection', i + 2, i + 2)));
    const bucket = keys.bucket(ann);
    await client.del(keys.server(bucket));
    await moveBucket(connection, bucket);
    await send(connection, 'first', ann, ann + keys.buckets);
    expect(await client.hget(keys.server(bucket), 'run')).toMatch(/^\w{40}:\w{40}$/);
  });
});

function send(connection: RedisConnection, text: string, from = ann, to = ben) {
  return accept(connection, { from, to, ref: text, body: JSON.stringify({ type: 'text', text }), record: true });
}
