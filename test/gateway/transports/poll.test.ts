import { setTimeout as delay } from 'node:timers/promises';
import type { PresenceFrame } from '@parley/protocol';
import { append } from '@parley/redis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Kit } from '../kit.ts';

let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start(2);
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

const arrive = (user: number, text: string) =>
  append(kit.link, [{ user, event: JSON.stringify({ kind: 'message', body: { type: 'text', text } }) }]);

async function poll(user: number, query: Record<string, string>, gateway = 0) {
  const response = await fetch(`${kit.gateway(gateway).http}/v1/poll?${new URLSearchParams(query)}`, {
    headers: { authorization: `Bearer ${kit.token(user)}` },
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Polled };
}

it('a long-polling request with timeout 0 returns at once and contains the cursor from which the client continues', async () => {
  const b = kit.newId();
  await arrive(b, 'before');
  const { status, headers, body } = await poll(b, { timeout: '0', cursor: 'latest' });
  expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
    200,
    'application/json',
    'no-store',
  ]);
  expect(body).toEqual({ cursor: (await kit.inbox(b))[0]?.cursor, recovered: true, frames: [] });
});

it('a poll returns as soon as an event arrives', async () => {
  const b = kit.newId();
  const { cursor } = (await poll(b, { timeout: '0' })).body;
  // The test has a shorter timeout than both of these waits.
  for (const wait of [{}, { timeout: '60000' }]) {
    const waiting = poll(b, { cursor, device: 'd', ...wait }, 1);
    await arrive(b, 'now');
    const { frames } = (await waiting).body;
    expect(frames[0]).toMatchObject({ type: 'event', event: { body: { text: 'now' } } });
  }
});

it('a poll during which no event arrives returns no frames after its timeout', async () => {
  const b = kit.newId();
  const { cursor } = (await poll(b, { timeout: '0' })).body;
  const began = performance.now();
  expect((await poll(b, { cursor, timeout: '300' })).body).toEqual({ cursor, recovered: true, frames: [] });
  expect(performance.now() - began).toBeGreaterThanOrEqual(290);
});

it('a poll can wait longer than the idle timeout of the HTTP server', async () => {
  const b = kit.newId();
  const { cursor } = (await poll(b, { timeout: '0' })).body;
  expect((await poll(b, { cursor, timeout: '12000' })).status).toBe(200);
});

it.each(['60001', '-1', '1e3', 'soon', '5s', '999999'])(
  'the gateway refuses a poll with a timeout of %s with 400',
  async (timeout) => {
    const { status, body } = await poll(kit.newId(), { timeout });
    expect([status, body]).toMatchObject([400, { code: 'bad-request' }]);
  },
);

it('an aborted poll leaves neither a connection nor an online user behind', async () => {
  const b = kit.newId();
  const abort = new AbortController();
  const polling = fetch(`${kit.gateway().http}/v1/poll`, {
    headers: { authorization: `Bearer ${kit.token(b)}` },
    signal: abort.signal,
  });
  const { hub } = kit.gateway().gateway;
  await expect.poll(() => hub.find(b)?.connections.length).toBe(1);
  abort.abort();
  await expect(polling).rejects.toThrow();
  await expect.poll(() => hub.find(b)?.connections.length ?? 0).toBe(0);
  await expect.poll(() => kit.link.client.exists(kit.link.keys.online(b)), { timeout: 10_000 }).toBe(0);
});

it('a user who polls repeatedly, on any gateway, stays online without interruption', async () => {
  const [a, b] = await kit.friends();
  await using alice = await kit.connect(a);
  await poll(b, { timeout: '0' });
  alice.send({ type: 'watch', users: [b] });
  const seen = () => alice.frames.filter((frame): frame is PresenceFrame => frame.type === 'presence');
  await alice.until(
    () => seen().length > 0,
    () => 'no presence',
  );
  // This is long enough for connections of the first polls to end in the pauses between later ones.
  for (let i = 0; i < 60; i += 1) {
    await poll(b, { timeout: '0' }, i % 2);
    await delay(100);
  }
  await alice.settled();
  expect(seen().map(({ online }) => online)).toEqual([true]);
});

interface Polled {
  cursor: string;
  recovered: boolean;
  frames: object[];
  code?: string;
}
