import { readFileSync } from 'node:fs';
import type { ServerFrame } from '@parley/protocol';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RawSocket } from '../fuzz/frames/raw-socket.ts';
import { Client } from '../gateway/client.ts';
import { Kit } from '../gateway/kit.ts';
import { knock } from '../gateway/knock.ts';
import { GatewayProcess } from '../gateway/process.ts';

let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start(1, { maxUnderWay: 64 });
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

/** Sends `count` messages as fast as possible. Resolves with all replies. */
async function flood(client: Client, to: number, name: string, count: number): Promise<ServerFrame[]> {
  const from = client.frames.length;
  const refs = Array.from({ length: count }, (_, i) => `${name}-${i}`);
  for (const ref of refs) client.send({ type: 'send', ref, to, body: { type: 'text', text: ref } });
  return Promise.all(refs.map((ref) => client.reply(ref, from)));
}

const ackedOf = (replies: ServerFrame[]) =>
  replies.flatMap((reply) => (reply.type === 'ack' && 'id' in reply ? [reply.ref as string] : []));

describe('a flood of messages', () => {
  it('an overloaded gateway delivers a message, or rejects it with a time after which the client can retry', async () => {
    const users = await kit.circle(40);
    const clients = await Promise.all(users.map((user) => kit.connect(user)));
    const listener = await kit.connect(users[0] as number, 0, { device: 'listener', cursor: 'latest' });
    const floods = await Promise.all(
      clients.slice(1).map((client, i) => flood(client, users[0] as number, `flood-${i}`, 30)),
    );
    const refused = floods.flat().filter((reply) => reply.type === 'error');
    expect(refused.length).toBeGreaterThan(0);
    for (const reply of refused) {
      expect(reply).toMatchObject({ retry: true });
      expect((reply as { code: string }).code).toMatch(/^(unavailable|too-many)$/);
    }
    const busy = refused.filter((reply) => (reply as { code: string }).code === 'unavailable');
    expect(busy.length).toBeGreaterThan(0);
    for (const { retryAfter } of busy as { retryAfter?: number }[]) expect(retryAfter).toBeGreaterThanOrEqual(1000);

    const acked = floods.flatMap(ackedOf);
    await listener.untilEvents(acked.length);
    expect([...listener.heard].sort()).toEqual([...acked].sort());
    expect((await (clients[1] as Client).text(users[0] as number, 'afterwards')).duplicate).toBe(false);
    for (const client of [...clients, listener]) client.socket.terminate();
  });

  it('during a flood of messages, no connection closes and pongs still arrive', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    const flooding = flood(alice, b, 'pinging', 200);
    const pongs = await Promise.all(['a', 'b', 'c'].map((ref) => alice.ask({ type: 'ping', ref })));
    expect(pongs.map(({ type }) => type)).toEqual(['pong', 'pong', 'pong']);
    await flooding;
    expect(alice.closed).toBeUndefined();
  });
});

describe('a user who floods over the maximum of connections while Redis does not reply', () => {
  it('while Redis hangs, the gateway rejects a user who floods it, and serves other users when Redis is back', async () => {
    const users = await kit.circle(6);
    const [flooder, ...others] = users as [number, ...number[]];
    const devices = Array.from({ length: kit.config().maxConnectionsPerUser }, (_, i) => ({ device: `d${i}` }));
    const flooding = await Promise.all(devices.map((device) => kit.connect(flooder, 0, device)));
    const clients = await Promise.all(others.map((user) => kit.connect(user)));
    const write = (client: Client, ref: string) =>
      client.send({ type: 'send', ref, to: flooder, body: { type: 'text', text: ref } });
    const errors = (client: Client) => client.frames.filter((frame) => frame.type === 'error');
    const refs = Array.from({ length: 12 }, (_, i) => `flood-${i}`);

    kit.redis.pause();
    try {
      for (const [round, client] of clients.entries()) {
        const before = flooding.flatMap(errors).length;
        for (const each of flooding)
          for (const ref of refs)
            each.send({
              type: 'send',
              ref: `${round}-${ref}`,
              to: others[0] as number,
              body: { type: 'text', text: ref },
            });
        await Promise.all(flooding.map((each) => each.settled()));
        const refused = flooding.flatMap(errors).slice(before);
        expect(refused.length).toBeGreaterThan(0);
        for (const error of refused) expect(error).toMatchObject({ code: 'unavailable', retry: true });
        for (const { retryAfter } of refused) expect(retryAfter).toBeGreaterThanOrEqual(1000);
        write(client, 'one');
        write(client, 'two');
        await client.settled();
        expect(errors(client)).toEqual([]);
      }
    } finally {
      kit.redis.resume();
    }
    for (const client of clients) {
      const replies = await Promise.all(['one', 'two'].map((ref) => client.reply(ref)));
      expect(ackedOf(replies)).toEqual(['one', 'two']);
    }
    for (const client of [...flooding, ...clients]) client.socket.terminate();
  });
});

describe('a flood of a group of 200', () => {
  it('concurrent floods in a group of 200 reach every member once and in one order', async () => {
    const users = Array.from({ length: 200 }, () => kit.newId());
    const group = await kit.group(users);
    const clients = await Promise.all(users.slice(0, 10).map((user) => kit.connect(user)));
    const floods = await Promise.all(clients.map((client, i) => flood(client, group, `group-${i}`, 30)));
    const acked = floods.flatMap(ackedOf);
    expect(acked.length).toBeGreaterThan(0);
    const first = clients[0] as Client;
    await first.untilEvents(acked.length, 30_000);
    for (const client of clients) {
      await client.untilEvents(acked.length, 30_000);
      expect(client.heard).toEqual(first.heard);
    }
    expect([...first.heard].sort()).toEqual([...acked].sort());
    const away = await kit.inbox(users[199] as number);
    expect(away.map(({ event }) => event.body?.text)).toEqual(first.heard);
    for (const client of clients) client.socket.terminate();
  });
});

describe('a user with 100 connections', () => {
  it('if a user opens 100 connections, as many as the limit allows stay open, and each of these gets every message', async () => {
    const [a, b] = await kit.friends();
    const clients = Array.from({ length: 100 }, (_, i) =>
      Client.start(kit.gateway().url, kit.token(b), { device: `d${i}`, cursor: 'latest' }),
    );
    const settled = (client: Client) =>
      client.closed !== undefined || client.frames.some(({ type }) => type === 'welcome');
    await waitFor(() => clients.every(settled), { timeout: 15_000, message: 'some got no answer' });
    const open = () => clients.filter((client) => client.closed === undefined);
    expect(open()).toHaveLength(kit.config().maxConnectionsPerUser);
    await using alice = await kit.connect(a);
    await alice.text(b, 'to all of them');
    for (const client of open()) await client.untilEvents(1);
    expect((await knock(kit.gateway().http, '/v1/socket', bearer(b))).status).toBe(429);
    for (const client of clients) client.socket.terminate();
  });
});

const bearer = (user: number) => ({ authorization: `Bearer ${kit.token(user)}` });

describe('5,000 connections within a second', { timeout: 90_000 }, () => {
  it('if 5,000 clients connect at once, the gateway accepts some and rejects the others with a time to retry', async () => {
    await using gateway = await GatewayProcess.start({ REDIS_URL: kit.redis.url, LOG_LEVEL: 'error' });
    const port = Number(new URL(gateway.url).port);
    const sockets: RawSocket[] = [];
    const answers = { welcome: 0, refused: 0 };
    for (let i = 0; i < 5000; i += 1) {
      const onText = (text: string) => {
        if (text.startsWith('{"type":"welcome"')) answers.welcome += 1;
      };
      const onRefusal = (head: string) => {
        expect(head).toMatch(/^HTTP\/1\.1 503 .*\r\nretry-after: [1-3]\r\n/is);
        answers.refused += 1;
      };
      const token = kit.token(kit.newId());
      sockets.push(new RawSocket({ port, path: '/v1/socket?cursor=latest', token, onText, onRefusal }));
    }
    await waitFor(() => answers.welcome + answers.refused === 5000, {
      timeout: 45_000,
      message: () => `${answers.welcome} welcomed and ${answers.refused} refused of 5000`,
    });
    expect(answers.welcome).toBeGreaterThan(400);
    if (process.platform === 'linux') expect(residentMemory(gateway.pid)).toBeLessThan(512 * 2 ** 20);

    const [a, b] = await kit.friends();
    await using alice = await Client.open(gateway.url, kit.token(a));
    await using bob = await Client.open(gateway.url, kit.token(b));
    await alice.text(b, 'after the storm');
    await bob.untilEvents(1, 10_000);
    for (const socket of sockets) socket.destroy();
  });
});

function residentMemory(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}
