import type { Connected, InboxPage } from '@parley/redis';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { eventFrame } from '../frames.ts';
import { Hub } from '../users/hub.ts';
import { Connection } from './connection.ts';
import type { ConnectionDeps } from './connection-deps.ts';
import type { Transport } from './transport.ts';

/**
 * Transport that collects frames. `accepts`: number of bytes that the network accepts per flush.
 */
class FakeTransport implements Transport {
  readonly linger = 0;
  readonly frames: string[] = [];
  closed: [code: number, reason: string] | undefined;
  terminated = false;
  pings = 0;
  accepts = Number.POSITIVE_INFINITY;
  connection: Connection | undefined;
  #unsent = 0;

  send(frame: string | Uint8Array): void {
    this.frames.push(frame.toString());
    this.#unsent += frame.length;
  }
  flush(): void {
    this.#unsent = Math.max(0, this.#unsent - this.accepts);
    this.connection?.flushed(this.#unsent);
  }
  unsent(): number {
    return this.#unsent;
  }
  ping(): void {
    this.pings += 1;
  }
  close(code: number, reason: string): void {
    this.closed = [code, reason];
  }
  terminate(): void {
    this.terminated = true;
  }
  /** Offsets of the events that were sent. */
  get offsets(): number[] {
    return this.frames
      .map((frame) => JSON.parse(frame))
      .flatMap(({ type, cursor }) => (type === 'event' ? [Number(cursor.split('-')[1])] : []));
  }
}

const USER = 7;
const EPOCH = 1000;
const event = '{"kind":"session","change":"revoked"}';

/** A fake gateway with one inbox, which contains `last` events. */
class World {
  last = 0;
  epoch = EPOCH;
  count: Connected = 'ok';
  recovered = true;
  available = true;
  revoked = false;
  fence = 0;
  readDelay = () => 0;
  readonly calls: string[] = [];
  readonly clock = { now: 1, second: (date: number) => date / 1000 };
  readonly hub = new Hub({
    subscribe: async () => {
      this.calls.push('subscribe');
    },
    unsubscribe: () => {},
    bucket: () => 0,
  });
  readonly deps: ConnectionDeps<Connection> = {
    clock: this.clock,
    log: { debug: () => {} },
    settings: { heartbeat: 25, stallTime: 60, maxUnsent: 1000, single: false },
    counters: { delivered: 0, catchUps: 0, closed: (code) => this.calls.push(`closed ${code}`) },
    hub: this.hub,
    connections: new Set(),
    readInbox: async (_user, from) => {
      this.calls.push('read');
      if (!this.available) throw new Error('unavailable');
      return this.#page(typeof from === 'string' ? { epoch: this.epoch, offset: 0 } : from);
    },
    msUntilRead: () => this.readDelay(),
    count: async () => {
      this.calls.push('count');
      return this.count;
    },
    uncount: () => this.calls.push('uncount'),
    raiseFence: async () => ++this.fence,
    isRevoked: async () => this.revoked,
    opening: () => {},
    live: () => this.calls.push('live'),
    checkWatch: (_, users) => this.calls.push(`check ${users}`),
    gone: () => this.calls.push('gone'),
    runFrame: (_, frame) => this.calls.push(`run ${JSON.stringify(frame)}`),
  };

  connect(): { transport: FakeTransport; connection: Connection; opened: Promise<void> } {
    const transport = new FakeTransport();
    const claims = { connection: 'c', user: USER, session: 's', device: 'd', expires: 600_000 };
    const connection = new Connection(this.deps, transport, claims);
    transport.connection = connection;
    return { transport, connection, opened: connection.open('acknowledged') };
  }

  /** Appends an event to the inbox and publishes it. */
  publish({ lost = false } = {}): void {
    this.last += 1;
    const frame = eventFrame({ epoch: this.epoch, offset: this.last }, event);
    if (!lost) this.hub.find(USER)?.receive(Buffer.from(frame));
  }

  #page({ epoch, offset }: { epoch: number; offset: number }): InboxPage {
    const count = Math.min(100, this.last - offset);
    const events = Array.from({ length: count }, (_, i) => ({ offset: offset + i + 1, event }));
    return { recovered: this.recovered, epoch, offset, last: this.last, lost: 0, events };
  }
}

let world: World;
beforeEach(() => {
  world = new World();
});

describe('an opening connection', () => {
  it('an opening connection subscribes before it counts itself and reads the inbox, and sends the welcome as its first frame', async () => {
    world.last = 2;
    const { transport, opened } = world.connect();
    await opened;
    expect(world.calls.slice(0, 3)).toEqual(['subscribe', 'count', 'read']);
    expect(JSON.parse(transport.frames[0] as string)).toMatchObject({
      type: 'welcome',
      cursor: '1000-0',
      recovered: true,
    });
    expect(transport.offsets).toEqual([1, 2]);
  });

  it.each([
    ['revoked', 4003],
    ['too-many', 4029],
  ] as const)('an opening connection closes when counting it in Redis returns %s', async (count, code) => {
    world.count = count;
    const { transport, opened } = world.connect();
    await opened;
    expect(transport.closed?.[0]).toBe(code);
    expect(transport.frames).toEqual([]);
  });

  it("an opening connection closes with 1012 when Redis is unavailable, and subtracts itself from the user's connection count", async () => {
    world.available = false;
    const { transport, opened } = world.connect();
    await opened;
    await Promise.resolve();
    expect(transport.closed?.[0]).toBe(1012);
    expect(world.calls).toContain('uncount');
    expect(world.deps.connections.size).toBe(0);
  });
});

describe('a live connection', () => {
  const live = async () => {
    const { transport, connection, opened } = world.connect();
    await opened;
    await vi.waitFor(() => expect(world.calls).toContain('live'));
    return { transport, connection };
  };

  it('a live connection forwards the published bytes of the event that follows its position', async () => {
    const { transport } = await live();
    world.publish();
    expect(transport.frames.at(-1)).toBe(eventFrame({ epoch: EPOCH, offset: 1 }, event));
    expect(world.deps.counters).toMatchObject({ delivered: 1, catchUps: 0 });
  });

  it('a live connection that misses an event reads the inbox, so that it sends every event once and in order', async () => {
    const { transport } = await live();
    world.publish({ lost: true });
    world.publish();
    world.publish();
    await vi.waitFor(() => expect(transport.offsets.length).toBe(3));
    world.publish();
    expect(transport.offsets).toEqual([1, 2, 3, 4]);
    expect(world.deps.counters.catchUps).toBe(1);
  });

  it('a live connection ignores an event that it has already sent', async () => {
    const { transport } = await live();
    world.publish();
    world.hub.find(USER)?.receive(Buffer.from(eventFrame({ epoch: EPOCH, offset: 1 }, event)));
    expect(transport.offsets).toEqual([1]);
  });

  it('a connection waits while its user has reached the rate limit on reads, and then reads the missed events', async () => {
    const { transport } = await live();
    const delays = [20, 10];
    world.readDelay = () => delays.shift() ?? 0;
    const reads = () => world.calls.filter((call) => call === 'read').length;
    const before = reads();
    world.publish({ lost: true });
    world.publish();
    await vi.waitFor(() => expect(delays).toEqual([10]));
    expect(reads()).toBe(before);
    await vi.waitFor(() => expect(transport.offsets).toEqual([1, 2]));
  });

  it('a connection that reads missed events from the inbox forwards no published frames', async () => {
    const { connection } = await live();
    expect(connection.forward('{}')).toBe(true);
    connection.missed();
    expect(connection.forward('{}')).toBe(false);
    await vi.waitFor(() => expect(connection.forward('{}')).toBe(true));
  });

  it('a connection that missed Redis messages closes if its session has been revoked', async () => {
    const { transport, connection } = await live();
    world.revoked = true;
    connection.missed();
    await vi.waitFor(() => expect(transport.closed?.[0]).toBe(4003));
  });

  it('a connection requests its client to reconnect when the next events were evicted from the inbox', async () => {
    const { transport, connection } = await live();
    world.recovered = false;
    connection.missed();
    await vi.waitFor(() => expect(JSON.parse(transport.frames.at(-1) as string).type).toBe('reconnect'));
    expect(connection.closed).toBe(false);
  });

  it('a connection continues at the end of the inbox when Redis has lost published events', async () => {
    const { transport, connection } = await live();
    world.publish();
    world.hub.find(USER)?.receive(Buffer.from(eventFrame({ epoch: EPOCH, offset: 9 }, event)));
    await vi.waitFor(() => expect(connection.forward('{}')).toBe(true));
    world.publish();
    expect(transport.offsets).toEqual([1, 2]);
  });
});

describe('a slow reader', () => {
  it('a connection with a slow reader sends no published events until its transport has sent the queued bytes', async () => {
    const { transport, connection, opened } = world.connect();
    await opened;
    transport.accepts = 0;
    connection.flushed(2000);
    expect(connection.stalled).toBe(true);
    world.publish();
    expect(transport.offsets).toEqual([]);
    transport.accepts = Number.POSITIVE_INFINITY;
    connection.flushed(0);
    await vi.waitFor(() => expect(transport.offsets).toEqual([1]));
    expect(connection.stalled).toBe(false);
  });

  it('a connection with a slow reader stays open while the client reads, and closes with 4008 after 60 s without progress', async () => {
    const { transport, connection, opened } = world.connect();
    await opened;
    transport.accepts = 0;
    transport.send('x'.repeat(5000));
    transport.flush();
    world.clock.now += 50;
    transport.accepts = 1000;
    transport.flush();
    connection.keepAlive();
    world.clock.now += 50;
    connection.keepAlive();
    expect(transport.closed).toBeUndefined();
    world.clock.now += 61;
    connection.keepAlive();
    expect(transport.closed?.[0]).toBe(4008);
  });
});

describe('keepalive', () => {
  it('the keepalive sweep pings each client per heartbeat, and closes the connection of a client that is silent for two heartbeats', async () => {
    const { transport, connection, opened } = world.connect();
    await opened;
    for (let second = 0; second <= 50; second += 1) {
      world.clock.now += 1;
      connection.keepAlive();
    }
    expect([transport.pings, transport.terminated]).toEqual([2, true]);
  });

  it('a connection closes with 4001 when its token expires, unless the client has renewed the token', async () => {
    const { transport, connection, opened } = world.connect();
    await opened;
    world.clock.now = 599;
    connection.renew('s2', 1_200_000);
    world.clock.now = 601;
    connection.alive();
    connection.keepAlive();
    expect(transport.closed).toBeUndefined();
    world.clock.now = 1200;
    connection.keepAlive();
    expect(transport.closed?.[0]).toBe(4001);
  });
});

describe('a control', () => {
  it('the control message `revoke` closes only the connections of the revoked session', async () => {
    const { transport, connection, opened } = world.connect();
    await opened;
    connection.control({ do: 'revoke', session: 'another' });
    expect(transport.closed).toBeUndefined();
    connection.control({ do: 'revoke', session: 's' });
    expect(transport.closed?.[0]).toBe(4003);
  });

  it('the control message `frame` runs its frame only on the connection of the named device', async () => {
    const { connection, opened } = world.connect();
    await opened;
    connection.control({ do: 'frame', device: 'another', frame: { type: 'ping' } });
    connection.control({ do: 'frame', device: 'd', frame: { type: 'focus' } });
    expect(world.calls.filter((call) => call.startsWith('run'))).toEqual(['run {"type":"focus"}']);
  });

  it('the control message `forget` makes a connection check whether its user can still see the presence of the listed users', async () => {
    const { opened } = world.connect();
    await opened;
    world.hub.find(USER)?.receive(Buffer.from('!{"do":"forget"}'));
    world.hub.find(USER)?.receive(Buffer.from('!{"do":"forget","hidden":[8,9]}'));
    expect(world.calls.filter((call) => call.startsWith('check'))).toEqual(['check 8,9']);
  });

  it('with SESSION_POLICY=single, the control message `fence` (a newer connection was opened) closes the older of two connections', async () => {
    Object.assign(world.deps.settings, { single: true });
    const older = world.connect();
    await older.opened;
    const newer = world.connect();
    await newer.opened;
    world.hub.find(USER)?.receive(Buffer.from('!{"do":"fence","number":2}'));
    expect([older.transport.closed?.[0], newer.transport.closed]).toEqual([4009, undefined]);
  });
});
