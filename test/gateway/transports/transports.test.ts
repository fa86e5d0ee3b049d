import { type ClientFrame, type PresenceFrame, parseCursor } from '@parley/protocol';
import { append, revokeSession } from '@parley/redis';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../client.ts';
import { Kit } from '../kit.ts';
import type { Ended, Line, OpenLine, Target } from './line.ts';
import { PollLine } from './poll-line.ts';
import { SocketLine } from './socket-line.ts';
import { StreamLine } from './stream-line.ts';

const origin = 'https://chat.example';

let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start(2, { maxUnsent: 64 * 1024, origins: [origin] });
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

const numbers = (count: number, from = 1) => Array.from({ length: count }, (_, i) => `m${from + i}`);

const messageTo = (to: number, text: string) => ({ kind: 'message', to, body: { type: 'text', text } });

/** Appends messages to a user's inbox. */
async function arrive(to: number, texts: string[]): Promise<void> {
  await append(
    kit.link,
    texts.map((text) => ({ user: to, event: JSON.stringify(messageTo(to, text)) })),
  );
}

/** Expects that the received events follow the start position, once and without a gap. */
function expectGapless({ opened, events }: Line): void {
  const { epoch, offset } = parseCursor(opened?.cursor ?? '') ?? { epoch: 0, offset: 0 };
  expect(events.map(({ cursor }) => cursor)).toEqual(events.map((_, i) => `${epoch}-${offset + i + 1}`));
}

describe.each<[string, OpenLine, Record<'expired' | 'revoked' | 'draining', Ended>]>([
  [
    'a WebSocket',
    (target) => new SocketLine(target),
    { expired: { code: 4001 }, revoked: { code: 4003 }, draining: { code: 1012 } },
  ],
  [
    'server-sent events',
    (target) => new StreamLine(target),
    { expired: { code: 4001 }, revoked: { code: 4003 }, draining: { code: 1012 } },
  ],
  [
    'long polling',
    (target) => new PollLine(target),
    { expired: { status: 401 }, revoked: { status: 401 }, draining: { status: 503 } },
  ],
])('over %s', (_title, start, ends) => {
  const target = (user: number, gateway = 0, query: Target['query'] = {}, more: Partial<Target> = {}): Target => ({
    http: kit.gateway(gateway).http,
    token: kit.token(user),
    query,
    headers: {},
    ...more,
  });
  const open = async (user: number, gateway = 0, query: Target['query'] = {}) => {
    const line = start(target(user, gateway, query));
    await line.untilOpened();
    return line;
  };

  it('the first reply contains the cursor, and the events after it follow without a gap', async () => {
    const [a, b] = await kit.friends();
    await arrive(b, ['before']);
    await using bob = await open(b, 1, { cursor: 'latest' });
    const { cursor } = (await kit.inbox(b))[0] ?? {};
    expect(bob.opened).toEqual({ cursor, recovered: true });
    await using alice = await kit.connect(a);
    await alice.texts(b, numbers(5));
    await bob.untilHeard(5);
    expect(bob.heard).toEqual(numbers(5));
    expectGapless(bob);
  });

  it('a sent message is acknowledged, and delivered to both users', async () => {
    const [a, b] = await kit.friends();
    await using alice = await open(a, 0);
    await using bob = await kit.connect(b, 1);
    const frame: ClientFrame = { type: 'send', ref: 'one', to: b, body: { type: 'text', text: 'hi' } };
    const sent = await alice.ask(frame);
    expect(sent).toMatchObject({ type: 'ack', ref: 'one', online: true, duplicate: false });
    expect(await alice.ask({ ...frame })).toMatchObject({ ref: 'one' });
    await bob.untilEvents(1);
    await alice.untilHeard(1);
    expect(bob.heard).toEqual(['hi']);
    expect(alice.heard).toEqual(['hi']);
  });

  it('a client that reconnects to another gateway gets the missed events once and in order', async () => {
    const [, b] = await kit.friends();
    const bob = await open(b, 0, { cursor: 'latest' });
    await arrive(b, numbers(3));
    await bob.untilHeard(3);
    bob.hangUp();
    await arrive(b, numbers(4, 4));
    await using again = await open(b, 1, { cursor: bob.cursor });
    expect(again.opened).toEqual({ cursor: bob.cursor, recovered: true });
    await arrive(b, ['m8']);
    await again.untilHeard(5);
    expect(again.heard).toEqual(numbers(5, 4));
    expectGapless(again);
  });

  it('a new client gets its whole inbox, even if the inbox has several pages', async () => {
    const b = kit.newId();
    await arrive(b, numbers(250));
    await using bob = await open(b, 1);
    await bob.untilHeard(250);
    await arrive(b, ['m251']);
    await bob.untilHeard(251);
    expect(bob.heard).toEqual(numbers(251));
    expectGapless(bob);
  });

  it('a client with a cursor of another epoch gets recovered: false and its whole inbox', async () => {
    const b = kit.newId();
    await arrive(b, numbers(3));
    await using bob = await open(b, 1, { cursor: '7-3' });
    expect(bob.opened?.recovered).toBe(false);
    await bob.untilHeard(3);
    expect(bob.heard).toEqual(numbers(3));
    expectGapless(bob);
  });

  it('the gateway rejects an invalid cursor with 400', async () => {
    for (const cursor of ['yesterday', '7', '7-3-1', 'null', '9007199254740993-1']) {
      const line = start(target(kit.newId(), 0, { cursor }));
      expect(await line.untilEnded()).toEqual({ status: 400 });
    }
  });

  it("the gateway rejects connections beyond a user's maximum across all gateways with 429", async () => {
    const limited = [
      await kit.addGateway({ maxConnectionsPerUser: 2 }),
      await kit.addGateway({ maxConnectionsPerUser: 2 }),
    ];
    const user = kit.newId();
    for (const device of ['one', 'two']) await Client.open(limited[0]?.url ?? '', kit.token(user), { device });
    for (const { http } of limited) {
      const line = start(target(user, 0, {}, { http }));
      expect(await line.untilEnded()).toEqual({ status: 429 });
    }
  });

  it('the gateway reads the inbox as soon as a later event shows a gap', async () => {
    const b = kit.newId();
    await using bob = await open(b, 0);
    await arrive(b, ['m1']);
    await bob.untilHeard(1);
    const [epoch] = bob.cursor.split('-');
    for (const text of ['m2', 'm3'])
      await kit.link.client.xadd(kit.link.keys.inbox(b), `${epoch}-*`, 'e', JSON.stringify(messageTo(b, text)));
    await arrive(b, ['m4']);
    await bob.untilHeard(4);
    expect(bob.heard).toEqual(numbers(4));
    expectGapless(bob);
  });

  it('a client that does not read delays no other client; when it reads again, it receives everything', async () => {
    const b = kit.newId();
    const texts = Array.from({ length: 300 }, (_, i) => `${i} ${'长'.repeat(7990)}`);
    await using slow = await open(b, 0, { device: 'slow' });
    await using quick = await kit.connect(b, 0, { device: 'quick' });
    slow.pause();
    for (let i = 0; i < texts.length; i += 10) await arrive(b, texts.slice(i, i + 10));
    await quick.untilEvents(texts.length);
    slow.resume();
    await slow.untilHeard(texts.length);
    expect(slow.heard).toEqual(texts);
    expectGapless(slow);
    await arrive(b, ['live again']);
    await slow.untilHeard(texts.length + 1);
    expect(slow.ended).toBeUndefined();
  });

  it('the gateway rejects a missing, invalid or expired token with 401', async () => {
    for (const token of ['', 'garbage', kit.token(kit.newId(), { lifetime: -60 })]) {
      const line = start(target(kit.newId(), 0, {}, { token }));
      expect(await line.untilEnded()).toEqual({ status: 401 });
    }
  });

  it('the gateway closes a connection when its token expires', async () => {
    const a = kit.newId();
    const line = start(target(a, 0, {}, { token: kit.token(a, { lifetime: 2 }) }));
    await line.untilOpened();
    expect(await line.untilEnded()).toEqual(ends.expired);
  });

  it('when a session is revoked, the gateway closes its connection and rejects the session from then on', async () => {
    const a = kit.newId();
    const lost = target(a, 0, {}, { token: kit.token(a, { session: 'lost' }) });
    await using line = start(lost);
    await using kept = await open(a, 0, { device: 'kept' });
    await line.untilOpened();
    await revokeSession(kit.link, a, 'lost', Date.now() + 600_000);
    expect(await line.untilEnded()).toEqual(ends.revoked);
    const again = start(lost);
    expect([{ status: 401 }, { code: 4003 }]).toContainEqual(await again.untilEnded());
    expect(again.opened).toBeUndefined();
    expect(kept.ended).toBeUndefined();
  });

  it('the gateway rejects pages of forbidden origins and accepts pages of allowed origins', async () => {
    const a = kit.newId();
    const foreign = start(target(a, 0, {}, { headers: { origin: 'https://evil.example' } }));
    expect(await foreign.untilEnded()).toEqual({ status: 403 });
    await using allowed = start(target(a, 0, {}, { headers: { origin } }));
    await allowed.untilOpened();
  });

  it('the gateway refuses a device id of more than 64 characters', async () => {
    const line = start(target(kit.newId(), 0, { device: 'd'.repeat(65) }));
    expect(await line.untilEnded()).toEqual({ status: 400 });
  });

  it('a draining gateway lets clients reconnect elsewhere, closes their connections and rejects new ones', async () => {
    const leaving = await kit.addGateway({ drainTime: 300 });
    const [a, b] = await kit.friends();
    await using line = start(target(b, 0, {}, { http: leaving.http }));
    await line.untilOpened();
    await using alice = await kit.connect(a);
    await alice.text(b, 'm1');
    await line.untilHeard(1);
    const draining = leaving.gateway.drain();
    expect(await line.untilEnded()).toEqual(ends.draining);
    // A client between two polls receives only the status.
    if (!ends.draining.status) expect(line.frames.at(-1)).toEqual({ type: 'reconnect', after: expect.any(Number) });
    const late = start(target(b, 0, {}, { http: leaving.http }));
    expect(await late.untilEnded()).toEqual({ status: 503 });
    await draining;
    await alice.text(b, 'm2');
    await using elsewhere = await open(b, 1, { cursor: line.cursor });
    await elsewhere.untilHeard(1);
    expect(elsewhere.heard).toEqual(['m2']);
  });

  it('a connected user is shown as online without interruption until the user disconnects', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a, 1);
    await using bob = await open(b, 0);
    await waitFor(() => kit.link.client.exists(kit.link.keys.online(b)));
    alice.send({ type: 'watch', users: [b] });
    const seen = () => alice.frames.filter((frame): frame is PresenceFrame => frame.type === 'presence');
    await alice.until(
      () => seen().length > 0,
      () => 'no presence',
    );
    for (const text of numbers(20)) {
      await alice.text(b, text);
      await bob.until(() => bob.heard.at(-1) === text, text);
    }
    await alice.settled();
    expect(seen().map(({ online }) => online)).toEqual([true]);
    bob.hangUp();
    await alice.until(
      () => seen().at(-1)?.online === false,
      () => 'still online',
    );
    expect(seen()).toHaveLength(2);
  });
});
