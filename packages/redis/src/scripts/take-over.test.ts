import { type RedisServer, startRedis, waitFor } from '@parley/stack';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Link, openLink } from '../link.ts';
import { accept } from './accept.ts';
import { append } from './append.ts';
import { recover } from './recover.ts';

const [ann, ben] = [1, 2];
const device = { device: 'd', limit: 100 };
let servers: RedisServer[];
let links: Link[];
let admin: Redis;

/** A master, its replica, and what both have: one message. */
beforeEach(async () => {
  servers = await Promise.all([startRedis(), startRedis()]);
  admin = new Redis(servers[1]?.url ?? '');
  links = [await openLink({ url: servers[0]?.url ?? '' })];
  await send(links[0] as Link, 'first');
  await admin.call('REPLICAOF', '127.0.0.1', servers[0]?.port ?? 0);
  await waitFor(async () => ((await admin.call('ROLE')) as unknown[])[3] === 'connected');
});
afterEach(async () => {
  admin?.disconnect();
  await Promise.all(links.map((link) => link.close()));
  await Promise.all(servers.map((server) => server.stop()));
});

describe('a replica that takes the place of a failed master', () => {
  it('gives nothing the place of an event that it never got and a device has', async () => {
    const [master] = links as [Link];
    await admin.call('REPLICAOF', 'NO', 'ONE');
    await send(master, 'only the master has this');
    const { epoch, last } = await recover(master, ben, 'acknowledged', device);
    expect(last).toBe(2);

    const promoted = await openLink({ url: servers[1]?.url ?? '' });
    links.push(promoted);
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
  it('lets inboxes go on where they were', async () => {
    const [master] = links as [Link];
    const { epoch, last } = await recover(master, ben, 'acknowledged', device);
    await servers[0]?.restart();
    await waitFor(() => send(master, 'second').then(() => true));
    expect(await recover(master, ben, { epoch, offset: last }, device)).toMatchObject({ recovered: true, last: 2 });
  });
});

function send(link: Link, text: string) {
  return accept(link, { from: ann, to: ben, ref: text, body: JSON.stringify({ type: 'text', text }), record: true });
}
