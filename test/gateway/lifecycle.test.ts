import { connect as connectTcp } from 'node:net';
import { append } from '@parley/redis';
import { waitFor } from '@parley/stack';
import { describe, expect, it } from 'vitest';
import { Client } from './client.ts';
import { Kit } from './kit.ts';
import { knock } from './knock.ts';
import { GatewayProcess } from './process.ts';

const ready = async (http: string) => (await fetch(`${http}/readyz`)).status;

describe('keepalive', () => {
  it('the gateway closes a connection that does not reply to two heartbeats, and keeps one that replies', async () => {
    await using kit = await Kit.start(1, { heartbeat: 1000 });
    const [a, b] = [kit.newId(), kit.newId()];
    await using alive = await kit.connect(a);
    let pings = 0;
    alive.socket.on('ping', () => {
      pings += 1;
    });
    const vanished = connectTcp(Number(new URL(kit.gateway().http).port), '127.0.0.1');
    vanished.on('error', () => {});
    vanished.write(
      `GET /v1/socket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}\r\nAuthorization: Bearer ${kit.token(b)}\r\n\r\n`,
    );
    vanished.resume();
    const { connections } = kit.gateway().gateway;
    await waitFor(() => connections.size === 2);
    await waitFor(() => connections.size === 1);
    await waitFor(async () => (await kit.link.client.exists(kit.link.keys.online(b))) === 0);
    expect(pings).toBeGreaterThanOrEqual(2);
    await alive.settled();
    vanished.destroy();
  });
});

describe('while Redis does not reply', () => {
  it('a gateway is not ready while Redis hangs; then it recovers and delivers missed events', async () => {
    await using kit = await Kit.start(1, { probeInterval: 100 });
    const [a, b] = await kit.friends();
    const { http } = kit.gateway();
    await using alice = await kit.connect(a);
    await using bob = await kit.connect(b);
    await alice.text(b, 'before');
    expect(await ready(http)).toBe(200);
    kit.redis.pause();
    try {
      await waitFor(async () => (await ready(http)) === 503);
      expect(await (await fetch(`${http}/readyz`)).json()).toMatchObject({ ok: false, reasons: [expect.any(String)] });
      expect((await fetch(`${http}/healthz`)).status).toBe(200);
    } finally {
      kit.redis.resume();
    }
    await waitFor(() =>
      append(kit.link, [{ user: b, event: '{"kind":"chat","chat":7,"change":"updated"}' }]).then(() => true),
    );
    await waitFor(async () => (await ready(http)) === 200);
    await bob.until(
      () => bob.events.some(({ event }) => event.kind === 'chat'),
      () => 'the event that was missed did not come',
    );
    expect(alice.closed ?? bob.closed).toBeUndefined();
    await alice.text(b, 'after');
  });

  it('a gateway can be stopped while Redis does not reply', async () => {
    await using kit = await Kit.start(1);
    await using alice = await kit.connect(kit.newId());
    kit.redis.pause();
    try {
      await kit.gateway().stop();
      kit.gateways.pop();
      expect(await alice.untilClosed()).toMatchObject({ code: 1012 });
    } finally {
      kit.redis.resume();
    }
  });
});

describe('draining', () => {
  it('a draining gateway finishes messages in flight, rejects new clients and closes connections with 1012', async () => {
    await using kit = await Kit.start(2, { drainTime: 500 });
    const [a, b] = await kit.friends();
    const { gateway, http } = kit.gateway(0);
    const clients = await Promise.all(Array.from({ length: 10 }, (_, i) => kit.connect(a, 0, { device: `d${i}` })));
    const closing = clients.map((client) => client.untilClosed());
    await clients[0]?.text(b, 'before');
    kit.redis.pause();
    const under = clients.map((client, i) => client.text(b, `under way ${i}`));
    await waitFor(() => [...gateway.connections].every(({ inFlight }) => inFlight === 1));
    const draining = gateway.drain();
    expect(await ready(http)).toBe(503);
    const knocked = await knock(http, '/v1/socket', { authorization: `Bearer ${kit.token(b)}` });
    expect(knocked).toMatchObject({ status: 503, body: { code: 'draining', status: 503 } });
    expect(Number(knocked.headers['retry-after'])).toBeGreaterThan(0);
    const afters = await Promise.all(clients.map((client) => client.frame((frame) => frame.type === 'reconnect')));
    for (const { after } of afters) expect(after).toBeLessThan(500);
    expect(new Set(afters.map(({ after }) => after)).size).toBeGreaterThan(1);
    kit.redis.resume();
    await Promise.all(under);
    expect(await Promise.all(closing)).toEqual(clients.map(() => ({ code: 1012, reason: 'restarting' })));
    await draining;
    await using elsewhere = await kit.connect(a, 1, { cursor: clients[0]?.cursor ?? '' });
    expect(await elsewhere.welcome()).toMatchObject({ recovered: true });
  });
});

describe('state and metrics', () => {
  it('a gateway frees the memory of closed connections and removes their users from the list of online users', async () => {
    await using kit = await Kit.start(1);
    const { gateway } = kit.gateway();
    for (let round = 0; round < 4; round += 1) {
      const clients = await Promise.all(Array.from({ length: 50 }, () => kit.connect(kit.newId())));
      await Promise.all(clients.map((client, i) => (i % 2 === 0 ? client.close() : client[Symbol.asyncDispose]())));
    }
    await waitFor(() => gateway.connections.size === 0 && gateway.hub.size === 0);
    const online = await waitFor(async () => {
      const names = await kit.link.client.keys('*:online:*');
      return names.length === 0 && names;
    });
    expect(online).toEqual([]);
  });

  it('a gateway exports metrics of messages, frames and connections', async () => {
    await using kit = await Kit.start(1);
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    await alice.text(b, 'one');
    await alice.text(b, 'one');
    alice.socket.send('{}');
    await alice.untilEvents(1);
    await alice.settled();
    const text = await (await fetch(`${kit.gateway().http}/metrics`)).text();
    const value = (name: string) => Number(new RegExp(`^${name}\\{[^}]*\\} (\\S+)$`, 'm').exec(text)?.[1]);
    expect(value('parley_messages_accepted_total')).toBe(1);
    expect(value('parley_messages_duplicate_total')).toBe(1);
    expect(value('parley_frames_received_total')).toBe(4);
    expect(value('parley_frames_refused_total')).toBe(1);
    expect(value('parley_events_delivered_total')).toBe(1);
    expect(value('parley_catch_ups_total')).toBe(0);
    expect(value('parley_connections')).toBe(1);
    expect(value('parley_users')).toBe(1);
    expect(value('parley_connections_catching_up')).toBe(0);
    expect(value('parley_inbox_lag_events')).toBe(0);
    expect(value('parley_probe_seconds_count')).toBeGreaterThan(0);
  });

  it('a gateway counts each closed connection once by its close code, whichever side closed it', async () => {
    await using kit = await Kit.start(1);
    const [a] = await kit.friends();
    const leaving = await kit.connect(a);
    leaving.socket.close(1000);
    const odd = await kit.connect(a);
    odd.socket.close(4321);
    const misbehaving = await kit.connect(a);
    misbehaving.socket.send('no JSON');
    const lost = await kit.connect(a);
    lost.socket.terminate();
    const closed = async () => {
      const text = await (await fetch(`${kit.gateway().http}/metrics`)).text();
      const found = text.matchAll(/^parley_connections_closed_total\{[^}]*code="(\w+)"[^}]*\} (\d+)$/gm);
      return Object.fromEntries([...found].map(([, code, times]) => [code, Number(times)]));
    };
    await waitFor(async () => Object.keys(await closed()).length === 4);
    expect(await closed()).toEqual({ 1000: 1, 1006: 1, 4002: 1, other: 1 });
  });

  it('a gateway fails to start on a port that another gateway uses', async () => {
    await using kit = await Kit.start(1);
    const { port } = kit.gateway().gateway;
    await expect(kit.addGateway({ port })).rejects.toThrow(`cannot listen on 127.0.0.1:${port}; is the port in use?`);
  });
});

describe('the gateway process', () => {
  it('a gateway process drains and exits with code 0 on SIGTERM', async () => {
    await using kit = await Kit.start(1);
    await using gateway = await GatewayProcess.start({ REDIS_URL: kit.redis.url, DRAIN_TIME: '300ms' });
    const a = kit.newId();
    await using alice = await Client.open(gateway.url, kit.token(a));
    const elsewhere = await kit.connect(a, 0, { device: 'elsewhere' });
    gateway.signal('SIGTERM');
    await alice.frame((frame) => frame.type === 'reconnect');
    expect(await alice.untilClosed()).toMatchObject({ code: 1012 });
    expect(await gateway.ended()).toEqual({ code: 0, signal: null });
    await elsewhere.close();
    expect(await kit.link.client.zrange(kit.link.keys.gateways, '0', '-1')).toEqual([kit.gateway().gateway.id]);
  });

  it('clients of a killed gateway resume on another gateway and lose no event', async () => {
    await using kit = await Kit.start(1);
    const [a, b] = await kit.friends();
    await using gateway = await GatewayProcess.start({ REDIS_URL: kit.redis.url });
    await using alice = await kit.connect(a);
    await using bob = await Client.open(gateway.url, kit.token(b));
    await alice.text(b, 'one');
    await bob.untilEvents(1);
    gateway.signal('SIGKILL');
    expect(await bob.untilClosed()).toMatchObject({ code: 1006 });
    await waitFor(async () => {
      const heard = await kit.redis.ask('PUBSUB', 'SHARDCHANNELS', kit.link.keys.user(b));
      return heard.flat().length === 0;
    });
    expect(await alice.text(b, 'two')).toMatchObject({ online: false });
    await using again = await kit.connect(b, 0, { cursor: bob.cursor });
    await again.untilEvents(1);
    expect(again.heard).toEqual(['two']);
  });

  it('a gateway process that cannot start prints the reason in one line', async () => {
    await using kit = await Kit.start(1);
    const { port } = new URL(kit.gateway().http);
    const taken = await GatewayProcess.failing({ REDIS_URL: kit.redis.url, PORT: port });
    expect(taken).toEqual({
      code: 1,
      error: `gateway cannot start: cannot listen on 127.0.0.1:${port}; is the port in use?`,
    });
    const away = await GatewayProcess.failing({ REDIS_URL: 'redis://127.0.0.1:1' });
    expect(away).toEqual({
      code: 1,
      error: 'gateway cannot start: Redis does not answer at redis://127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1',
    });
  });
});
