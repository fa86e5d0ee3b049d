import type { ClientFrame, ErrorFrame, ServerFrame } from '@parley/protocol';
import { waitFor } from '@parley/stack';
import { afterEach, describe, expect, it } from 'vitest';
import { Client } from './client.ts';
import { Kit } from './kit.ts';
import { knock } from './knock.ts';

let kit: Kit;
afterEach(async () => {
  await kit?.[Symbol.asyncDispose]();
});

const text = (size: number) => ({ type: 'text' as const, text: 'x'.repeat(size) });

/** Counts the replies by code. Replies that are not errors count as `ok`. */
const countCodes = (replies: ServerFrame[]) => {
  const counts: Record<string, number> = {};
  for (const reply of replies) {
    const code = reply.type === 'error' ? reply.code : 'ok';
    counts[code] = (counts[code] ?? 0) + 1;
  }
  return counts;
};

const askAll = (client: Client, frames: (ClientFrame & { ref: string })[]) =>
  Promise.all(frames.map((frame) => client.ask(frame)));

/** Returns the bytes of the record streams and of the inboxes of some users. */
const bytesOf = async (users: number[]) => {
  const { client, keys } = kit.link;
  const names = users.map((user) => keys.inbox(user));
  const sizes = await Promise.all(names.map((name) => client.call('MEMORY', 'USAGE', name, 'SAMPLES', '0')));
  return sizes.reduce<number>((sum, size) => sum + Number(size ?? 0), 0);
};

/** Returns the number of requests that wait for the recorder in all buckets. */
const requests = async () => {
  const { client, keys } = kit.link;
  const buckets = Array.from({ length: keys.buckets }, (_, bucket) => client.xlen(keys.requests(bucket)));
  return (await Promise.all(buckets)).reduce((sum, length) => sum + length, 0);
};

describe('limits for each user', () => {
  it('all connections of a user share one limit of frames', async () => {
    // Each connection after the first costs 5 frames.
    kit = await Kit.start(1, { frameRate: 1, frameBurst: 7 * 5 + 30 });
    const a = kit.newId();
    const clients: Client[] = [];
    for (let i = 0; i < 8; i += 1) clients.push(await kit.connect(a, 0, { device: `d${i}` }));
    for (let round = 0; round < 10; round += 1) for (const client of clients) client.send({ type: 'ping' });
    await waitFor(() => clients.filter(({ closed }) => closed?.code === 4029).length >= 4);
    const pongs = () => clients.flatMap(({ frames }) => frames.filter(({ type }) => type === 'pong')).length;
    await waitFor(() => pongs() >= 30);
    expect(pongs()).toBeLessThan(40);
  });

  it('a user who has used up the limit of frames cannot renew it by opening a new connection', async () => {
    kit = await Kit.start(1, { frameRate: 1, frameBurst: 60 });
    const a = kit.newId();
    const first = await kit.connect(a);
    for (let i = 0; i < 60; i += 1) first.send({ type: 'ping' });
    first.send({ type: 'ping' });
    expect(await first.untilClosed()).toMatchObject({ code: 4029 });
    const bearer = { authorization: `Bearer ${kit.token(a)}` };
    for (const path of ['/v1/socket', '/v1/events', '/v1/poll']) {
      const { status, headers } = await knock(kit.gateway().http, path, bearer);
      expect([path, status, headers['retry-after']]).toEqual([path, 429, '1']);
    }
  });

  it('the gateway limits how often a user can open connections', async () => {
    kit = await Kit.start(1, { frameRate: 1, frameBurst: 50 });
    const a = kit.newId();
    await using first = await kit.connect(a);
    let opened = 0;
    for (; opened < 30; opened += 1) {
      const client = Client.start(kit.gateway().url, kit.token(a), { device: `d${opened}` });
      await Promise.race([client.welcome(), client.untilClosed()]);
      if (client.closed) break;
      await client.close();
    }
    expect(opened).toBeGreaterThanOrEqual(10);
    expect(opened).toBeLessThan(30);
    expect(first.closed).toBeUndefined();
  });

  it('the gateway limits how many bytes of the inbox a user reads', async () => {
    kit = await Kit.start(1, { readBytes: 1024, readBytesBurst: 64 * 1024 });
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    for (let i = 0; i < 20; i += 1) await alice.ask({ type: 'send', ref: `${i}`, to: b, body: text(7900) });
    await using first = await kit.connect(b);
    await first.untilEvents(20);
    const [epoch] = (await first.welcome()).cursor.split('-');
    const bearer = { authorization: `Bearer ${kit.token(b)}` };
    for (const path of ['/v1/socket', '/v1/events', '/v1/poll']) {
      const { status, headers } = await knock(kit.gateway().http, `${path}?cursor=${epoch}-0`, bearer);
      expect([path, status]).toEqual([path, 429]);
      // The first connection read 158 kB, so about 94 kB have to be regained.
      expect(Number(headers['retry-after'])).toBeGreaterThan(60);
    }
    expect(first.closed).toBeUndefined();
  });

  it('all connections of a user share one limit of frame bytes', async () => {
    kit = await Kit.start(1, { frameBytes: 1024, frameBytesBurst: 100 * 1024 });
    const [a, b] = await kit.friends();
    const clients = await Promise.all(Array.from({ length: 4 }, (_, i) => kit.connect(a, 0, { device: `d${i}` })));
    for (let round = 0; round < 10; round += 1)
      for (const client of clients) client.send({ type: 'send', ref: `${round}`, to: b, body: text(7900) });
    await waitFor(() => clients.filter(({ closed }) => closed?.code === 4029).length >= 2);
    expect(clients.flatMap(({ frames }) => frames.filter(({ type }) => type === 'ack')).length).toBeLessThan(20);
  });

  it('the limit of sent bytes counts a group message once for each inbox that gets a copy', async () => {
    const limit = 1024 * 1024;
    kit = await Kit.start(2, { sendBytes: 1024, sendBytesBurst: limit });
    const users = await kit.circle(25);
    const group = await kit.group(users);
    const sender = users[0] as number;
    const clients = await Promise.all([
      kit.connect(sender, 0, { device: 'x' }),
      kit.connect(sender, 1, { device: 'y' }),
    ]);
    const replies = await Promise.all(
      clients.map((client, i) =>
        askAll(
          client,
          Array.from(
            { length: 20 },
            (_, n) => ({ type: 'send', ref: `${i} ${n}`, to: group, body: text(8000) }) as const,
          ),
        ),
      ),
    );
    const counts = countCodes(replies.flat());
    expect(counts.ok).toBeGreaterThan(0);
    expect(Object.keys(counts).toSorted()).toEqual(['ok', 'too-many']);
    const refusal = replies.flat().find((reply): reply is ErrorFrame => reply.type === 'error');
    expect(refusal).toMatchObject({ retry: true, retryAfter: expect.any(Number) });
    expect(await bytesOf(users)).toBeLessThan(1.5 * limit);
  });

  it('the gateway accepts one group message even if its copies exceed the burst of bytes', async () => {
    kit = await Kit.start(1, { sendBytes: 1024, sendBytesBurst: 16 * 1024 });
    const users = await kit.circle(25);
    const group = await kit.group(users);
    await using client = await kit.connect(users[0] as number);
    const frames = ['one', 'two'].map((ref) => ({ type: 'send' as const, ref, to: group, body: text(8000) }));
    expect(countCodes(await askAll(client, frames))).toEqual({ ok: 1, 'too-many': 1 });
  });

  it.each([
    ['edits', (to: number, id: number, n: number) => ({ type: 'edit', chat: to, id, body: text(n + 1) })],
    [
      'reacts',
      (to: number, id: number, n: number) => ({ type: 'react', chat: to, id, emoji: '👍', active: n % 2 === 0 }),
    ],
    [
      'reacts to unknown messages',
      (to: number, id: number, n: number) => ({ type: 'react', chat: to, id: id + 1 + n, emoji: '👍', active: true }),
    ],
  ] as const)('a user %s no more often than the limit across all gateways', async (_, frame) => {
    kit = await Kit.start(2, { mutationRate: 1, mutationBurst: 20, lookupRate: 1, lookupBurst: 20, history: 'relay' });
    const [a, b] = await kit.friends();
    const clients = await Promise.all([kit.connect(a, 0, { device: 'x' }), kit.connect(a, 1, { device: 'y' })]);
    const { id } = await (clients[0] as Client).text(b, 'm');
    const replies = await Promise.all(
      clients.map((client) =>
        askAll(
          client,
          Array.from({ length: 30 }, (_, n) => ({ ...frame(b, id, n), ref: `r${n}` }) as ClientFrame & { ref: string }),
        ),
      ),
    );
    const { 'too-many': refused = 0 } = countCodes(replies.flat());
    expect(refused).toBeGreaterThan(30);
    expect(refused).toBeLessThan(60);
  });

  it('the gateway rejects marks beyond the rate limit', async () => {
    kit = await Kit.start(1, { markRate: 1, markBurst: 20 });
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    const { id } = await alice.text(b, 'm');
    const frames = Array.from({ length: 40 }, (_, n) => ({ type: 'mark' as const, ref: `r${n}`, chat: b, read: id }));
    const { ok, 'too-many': refused } = countCodes(await askAll(alice, frames));
    expect(ok).toBeGreaterThanOrEqual(20);
    expect(refused).toBeGreaterThan(10);
  });

  it('the gateway drops typing frames beyond the rate limit without an error', async () => {
    kit = await Kit.start(1, { typingRate: 1, typingBurst: 5 });
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    await using bob = await kit.connect(b);
    for (let i = 0; i < 20; i += 1) alice.send({ type: 'typing', chat: b, active: true });
    await alice.text(b, 'done');
    await bob.untilEvents(1);
    const typing = () => bob.frames.filter(({ type }) => type === 'typing').length;
    await waitFor(() => typing() >= 5);
    expect(typing()).toBeLessThan(10);
    expect(alice.frames.filter(({ type }) => type === 'error')).toEqual([]);
  });
});

describe('ids of unknown users', () => {
  const asks = {
    watch: (ids: number[]) => ids.map((id) => ({ type: 'watch', ref: `w${id}`, users: [id] })),
    send: (ids: number[]) => ids.map((to) => ({ type: 'send', ref: `s${to}`, to, body: text(1) })),
    mark: (ids: number[]) => ids.map((chat) => ({ type: 'mark', ref: `m${chat}`, chat, read: 1 })),
    typing: (ids: number[]) => ids.map((chat) => ({ type: 'typing', chat, active: true })),
    react: (ids: number[]) =>
      ids.map((chat) => ({ type: 'react', ref: `r${chat}`, chat, id: 1, emoji: '👍', active: true })),
  };

  it.each(Object.entries(asks))(
    'the gateway looks up unknown ids in %s frames no more often than the limit',
    async (_, frames) => {
      kit = await Kit.start(2, { lookupRate: 1, lookupBurst: 10 });
      const a = kit.newId();
      const clients = await Promise.all([0, 1, 0, 1].map((gateway, i) => kit.connect(a, gateway, { device: `d${i}` })));
      for (const client of clients) {
        const ids = Array.from({ length: 25 }, () => kit.newId());
        for (const frame of frames(ids)) client.send(frame as ClientFrame);
      }
      await waitFor(async () => (await requests()) >= 10);
      for (const client of clients) await client.settled();
      expect(await requests()).toBeLessThan(16);
      expect(await kit.recorded(() => true)).toEqual([]);
    },
  );

  it('a user who has used up the limit of lookups can still write to friends', async () => {
    kit = await Kit.start(1, { lookupRate: 1, lookupBurst: 5 });
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    const unknown = Array.from({ length: 20 }, () => kit.newId());
    const replies = await Promise.all([
      alice.ask({ type: 'watch', ref: 'w', users: unknown }).catch(() => undefined),
      alice.text(b, 'hello'),
    ]);
    expect(replies[0]).toMatchObject({ code: 'too-many', retryAfter: expect.any(Number) });
    expect(replies[1]).toMatchObject({ type: 'ack' });
  });
});
