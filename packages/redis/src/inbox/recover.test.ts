import { parseCursor } from '@parley/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { onEachRedis } from '../test/each-redis.ts';
import { acknowledge } from './acknowledge.ts';
import { append } from './append.ts';
import { type RecoverOptions, type ResumePoint, recover } from './recover.ts';

onEachRedis((redis) => {
  const read = (user: number, from: ResumePoint, options: Partial<RecoverOptions> = {}) =>
    recover(redis.connection, user, from, { device: 'phone', limit: 100, ...options });

  /** Creates a user whose inbox received `count` events. The n-th event is the text `n`. */
  const userWith = async (count: number, connection: RedisConnection = redis.connection) => {
    const user = redis.newId();
    for (let i = 1; i <= count; i += 1) await append(connection, [{ user, event: `${i}` }]);
    return user;
  };
  /** Trims the inbox to its newest `rest` events. */
  const trim = (user: number, rest: number) =>
    redis.connection.client.xtrim(redis.connection.keys.inbox(user), 'MAXLEN', rest);
  const events = (...places: number[]) => places.map((offset) => ({ offset, event: `${offset}` }));

  describe('an inbox that does not exist', () => {
    it('recover creates a missing inbox, and later events get consecutive offsets', async () => {
      const user = redis.newId();
      const before = Date.now();
      const page = await read(user, 'acknowledged');
      expect(page).toEqual({ recovered: true, epoch: page.epoch, offset: 0, last: 0, lost: 0, events: [] });
      expect(page.epoch).toBeGreaterThanOrEqual(before);
      expect(page.epoch).toBeLessThanOrEqual(Date.now());
      expect(await read(user, 'latest')).toEqual(page);
      await append(redis.connection, [{ user, event: '1' }]);
      expect(await read(user, { epoch: page.epoch, offset: 0 })).toEqual({
        ...page,
        last: 1,
        lost: 0,
        events: events(1),
      });
    });

    it('recover sets the time to live of the inbox that it creates', async () => {
      const user = redis.newId();
      const connection = await redis.open({ inboxTtl: 1000 });
      await recover(connection, user, 'latest', { device: 'phone', limit: 1 });
      const ttl = await connection.client.ttl(connection.keys.inbox(user));
      expect(ttl).toBeGreaterThan(990);
      expect(ttl).toBeLessThan(86_400);
    });

    it('recover reports a loss if the cursor is from an inbox that no longer exists', async () => {
      const user = redis.newId();
      expect(await read(user, { epoch: 1_740_000_000_000, offset: 3 })).toMatchObject({
        recovered: false,
        offset: 0,
        last: 0,
      });
    });
  });

  describe('from a cursor', () => {
    it('recover returns every event after the cursor', async () => {
      const user = await userWith(5);
      const { epoch } = await read(user, 'latest');
      expect(await read(user, { epoch, offset: 2 })).toEqual({
        recovered: true,
        epoch,
        offset: 2,
        last: 5,
        lost: 0,
        events: events(3, 4, 5),
      });
      expect(await read(user, { epoch, offset: 5 })).toEqual({
        recovered: true,
        epoch,
        offset: 5,
        last: 5,
        lost: 0,
        events: [],
      });
    });

    it('recover returns consecutive pages without a gap', async () => {
      const user = await userWith(7);
      const { epoch } = await read(user, 'latest');
      const pages: number[][] = [];
      let offset = 0;
      for (;;) {
        const page = await read(user, { epoch, offset }, { limit: 3 });
        expect(page).toMatchObject({ recovered: true, offset, last: 7 });
        if (page.events.length === 0) break;
        pages.push(page.events.map((event) => event.offset));
        offset = page.events.at(-1)?.offset as number;
      }
      expect(pages).toEqual([[1, 2, 3], [4, 5, 6], [7]]);
    });

    it('recover reports no loss for a cursor directly before the oldest event', async () => {
      const user = await userWith(5);
      const { epoch } = await read(user, 'latest');
      await trim(user, 2);
      expect(await read(user, { epoch, offset: 3 })).toMatchObject({
        recovered: true,
        offset: 3,
        events: events(4, 5),
      });
    });

    it.each<[string, (epoch: number) => ResumePoint]>([
      ['before the oldest event there is', (epoch) => ({ epoch, offset: 2 })],
      ['that is still to come', (epoch) => ({ epoch, offset: 6 })],
      ['far beyond', (epoch) => ({ epoch, offset: Number.MAX_SAFE_INTEGER })],
      ['of an earlier inbox', (epoch) => ({ epoch: epoch - 1, offset: 4 })],
      ['of a later inbox', (epoch) => ({ epoch: epoch + 1, offset: 4 })],
    ])('for a cursor %s, recovery returns every remaining event with recovered false', async (_, cursor) => {
      const user = await userWith(5);
      const { epoch } = await read(user, 'latest');
      await trim(user, 2);
      expect(await read(user, cursor(epoch))).toEqual({
        recovered: false,
        epoch,
        offset: 3,
        last: 5,
        lost: 0,
        events: events(4, 5),
      });
    });
  });

  describe('without a cursor', () => {
    it('recover returns every event of the inbox to a new device', async () => {
      const user = await userWith(3);
      expect(await read(user, 'acknowledged')).toMatchObject({
        recovered: true,
        offset: 0,
        last: 3,
        lost: 0,
        events: events(1, 2, 3),
      });
    });

    it('recover reports a loss to an unknown device if older events were trimmed', async () => {
      const user = await userWith(5);
      await trim(user, 2);
      expect(await read(user, 'acknowledged')).toMatchObject({ recovered: false, offset: 3, events: events(4, 5) });
    });

    it('recover continues at the position that the device last acknowledged, regardless of other devices', async () => {
      const user = await userWith(5);
      const { epoch } = await read(user, 'latest');
      await acknowledge(redis.connection, user, 'phone', { epoch, offset: 1 });
      await acknowledge(redis.connection, user, 'laptop', { epoch, offset: 5 });
      await acknowledge(redis.connection, user, 'phone', { epoch, offset: 3 });
      expect(await read(user, 'acknowledged')).toMatchObject({ recovered: true, offset: 3, events: events(4, 5) });
      expect(await read(user, 'acknowledged', { device: 'laptop' })).toMatchObject({
        recovered: true,
        offset: 5,
        events: [],
      });
    });

    it.each([
      ['its place was trimmed', 0, 1],
      ['the inbox got a new epoch', -1, 4],
    ])('recover reports a loss to a device if %s since it last acknowledged', async (_, shift, offset) => {
      const user = await userWith(5);
      const { epoch } = await read(user, 'latest');
      await acknowledge(redis.connection, user, 'phone', { epoch: epoch + shift, offset });
      await trim(user, 2);
      expect(await read(user, 'acknowledged')).toMatchObject({
        recovered: false,
        epoch,
        offset: 3,
        events: events(4, 5),
      });
    });

    it.each(['', '::', '"{}', '漢字', '__proto__'])('the device %j has its own resume point', async (device) => {
      const user = await userWith(2);
      const { epoch } = await read(user, 'latest');
      await acknowledge(redis.connection, user, device, { epoch, offset: 1 });
      expect(await read(user, 'acknowledged', { device })).toMatchObject({ offset: 1, events: events(2) });
      expect(await read(user, 'acknowledged', { device: `${device}x` })).toMatchObject({ offset: 0 });
    });
  });

  it('recover returns no events for the cursor `latest`', async () => {
    const user = await userWith(3);
    expect(await read(user, 'latest')).toMatchObject({ recovered: true, offset: 3, last: 3, lost: 0, events: [] });
  });

  describe('an inbox whose entries were all removed', () => {
    it('an inbox keeps its epoch and offsets after all its entries were removed', async () => {
      const user = await userWith(3);
      const { epoch } = await read(user, 'latest');
      await trim(user, 0);
      expect(await read(user, 'latest')).toEqual({ recovered: true, epoch, offset: 3, last: 3, lost: 0, events: [] });
      expect(await read(user, { epoch, offset: 3 })).toMatchObject({ recovered: true, offset: 3 });
      await append(redis.connection, [{ user, event: '4' }]);
      expect(await read(user, { epoch, offset: 3 })).toMatchObject({
        recovered: true,
        last: 4,
        lost: 0,
        events: events(4),
      });
    });

    it('recover reports a loss to a reader that had not received all removed entries', async () => {
      const user = await userWith(3);
      const { epoch } = await read(user, 'latest');
      await trim(user, 0);
      expect(await read(user, { epoch, offset: 2 })).toMatchObject({
        recovered: false,
        offset: 3,
        last: 3,
        lost: 0,
        events: [],
      });
    });
  });

  describe('in relay mode', () => {
    it.each<[string, (epoch: number) => ResumePoint]>([
      ['a cursor', (epoch) => ({ epoch, offset: 1 })],
      ['a device never seen', () => 'acknowledged'],
    ])('in relay mode, entries removed at the start are no loss for %s', async (_, from) => {
      const user = await userWith(5);
      const { epoch } = await read(user, 'latest');
      if (from(epoch) !== 'acknowledged') await acknowledge(redis.connection, user, 'phone', { epoch, offset: 1 });
      await trim(user, 2);
      expect(await read(user, from(epoch), { relay: true })).toEqual({
        recovered: true,
        epoch,
        offset: 3,
        last: 5,
        lost: 0,
        events: events(4, 5),
      });
      await trim(user, 0);
      expect(await read(user, from(epoch), { relay: true })).toMatchObject({
        recovered: true,
        offset: 5,
        last: 5,
        lost: 0,
        events: [],
      });
    });

    it('in relay mode, recover reports a loss for a cursor of another epoch or beyond the last offset', async () => {
      const user = await userWith(2);
      const { epoch } = await read(user, 'latest');
      expect((await read(user, { epoch: epoch - 1, offset: 1 }, { relay: true })).recovered).toBe(false);
      expect((await read(user, { epoch, offset: 3 }, { relay: true })).recovered).toBe(false);
    });
  });

  it('after any appends and trims, a reader gets each event once and in order, or gets a loss reported', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('append' as const), count: fc.integer({ min: 1, max: 6 }) }),
      fc.record({ do: fc.constant('trim' as const), count: fc.nat({ max: 4 }) }),
      fc.record({ do: fc.constant('read' as const), count: fc.integer({ min: 1, max: 4 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const user = redis.newId();
        let { epoch, offset: place } = await read(user, 'latest');
        let [written, oldest] = [0, 1];
        for (const { do: what, count } of steps) {
          if (what === 'append') {
            for (let i = 0; i < count; i += 1) await append(redis.connection, [{ user, event: `${++written}` }]);
          } else if (what === 'trim') {
            await trim(user, count);
            oldest = Math.max(oldest, written - count + 1);
          } else {
            const page = await read(user, { epoch, offset: place }, { limit: count });
            expect(page.recovered).toBe(place + 1 >= oldest);
            expect(page.offset).toBe(Math.max(place, oldest - 1));
            const expected = Array.from(
              { length: Math.min(count, written - page.offset) },
              (_, i) => page.offset + 1 + i,
            );
            expect(page.events).toEqual(events(...expected));
            place = page.offset + expected.length;
            epoch = page.epoch;
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('the resume points of devices expire together with the inbox', async () => {
    const user = redis.newId();
    const connection = await redis.open({ inboxTtl: 1000 });
    const cursor = parseCursor('1740000000000-9007199254740991');
    await acknowledge(connection, user, 'phone', cursor ?? { epoch: 0, offset: 0 });
    expect(await connection.client.hget(connection.keys.cursors(user), 'phone')).toBe('1740000000000-9007199254740991');
    expect(await connection.client.ttl(connection.keys.cursors(user))).toBeGreaterThan(990);
  });
});
