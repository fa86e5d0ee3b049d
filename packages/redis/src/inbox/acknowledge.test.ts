import { describe, expect, it } from 'vitest';
import { onEachRedis } from '../test/each-redis.ts';
import { readInbox } from '../test/inbox.ts';
import { acknowledge } from './acknowledge.ts';
import { append } from './append.ts';
import { recover } from './recover.ts';

onEachRedis((redis) => {
  /** Creates a user with five events. Returns the epoch of the inbox too. */
  const userWithEvents = async () => {
    const user = redis.newId();
    for (let i = 1; i <= 5; i += 1) await append(redis.connection, [{ user, event: `${i}` }]);
    const { epoch } = await recover(redis.connection, user, 'latest', { device: 'any', limit: 1 });
    return { user, epoch };
  };
  const places = async (user: number) => ({
    ...(await redis.connection.client.hgetall(redis.connection.keys.cursors(user))),
  });
  const held = async (user: number) => (await readInbox(redis.connection, user)).map(({ offset }) => offset);

  describe.each([{ relay: false }, { relay: true }])('with %j', (mode) => {
    it('acknowledge stores one resume point per device and ignores an older one', async () => {
      const { user, epoch } = await userWithEvents();
      await acknowledge(redis.connection, user, 'phone', { epoch, offset: 3 }, mode);
      await acknowledge(redis.connection, user, 'laptop', { epoch, offset: 1 }, mode);
      await acknowledge(redis.connection, user, 'phone', { epoch, offset: 2 }, mode);
      expect(await places(user)).toEqual({ phone: `${epoch}-3`, laptop: `${epoch}-1` });
    });

    it('a resume point replaces one of an earlier epoch, whatever its offset', async () => {
      const { user, epoch } = await userWithEvents();
      await acknowledge(redis.connection, user, 'phone', { epoch: epoch - 1, offset: 9 }, mode);
      await acknowledge(redis.connection, user, 'phone', { epoch, offset: 2 }, mode);
      expect(await places(user)).toEqual({ phone: `${epoch}-2` });
    });

    it('acknowledge rejects a resume point after the last event of the inbox', async () => {
      const { user, epoch } = await userWithEvents();
      for (const cursor of [
        { epoch, offset: 6 },
        { epoch: epoch + 1, offset: 1 },
      ])
        expect(await acknowledge(redis.connection, user, 'phone', cursor, mode)).toBe(false);
      expect(await places(user)).toEqual({});
    });

    it('an inbox stores the resume points of 64 devices, and evicts the device with the oldest one', async () => {
      const { user, epoch } = await userWithEvents();
      for (let i = 0; i < 64; i += 1) {
        await acknowledge(redis.connection, user, `device ${i}`, { epoch, offset: i === 40 ? 1 : 2 }, mode);
      }
      await acknowledge(redis.connection, user, 'new', { epoch, offset: 5 }, mode);
      const known = Object.keys(await places(user));
      expect(known).toHaveLength(64);
      expect(known).toContain('new');
      expect(known).not.toContain('device 40');
    });
  });

  it('in mirror mode, events that a device has acknowledged stay in the inbox', async () => {
    const { user, epoch } = await userWithEvents();
    await acknowledge(redis.connection, user, 'phone', { epoch, offset: 5 }, { relay: false });
    expect(await held(user)).toEqual([1, 2, 3, 4, 5]);
  });

  describe('in relay mode', () => {
    const relay = { relay: true };

    it('in relay mode, acknowledge removes an event once every known device has acknowledged it', async () => {
      const { user, epoch } = await userWithEvents();
      await acknowledge(redis.connection, user, 'phone', { epoch, offset: 2 }, relay);
      expect(await held(user)).toEqual([3, 4, 5]);
      await acknowledge(redis.connection, user, 'laptop', { epoch, offset: 3 }, relay);
      await acknowledge(redis.connection, user, 'laptop', { epoch, offset: 5 }, relay);
      expect(await held(user)).toEqual([3, 4, 5]);
      await acknowledge(redis.connection, user, 'phone', { epoch, offset: 4 }, relay);
      expect(await held(user)).toEqual([5]);
    });

    it('in relay mode, an inbox keeps its epoch and offsets after all events were removed', async () => {
      const { user, epoch } = await userWithEvents();
      await acknowledge(redis.connection, user, 'phone', { epoch, offset: 5 }, relay);
      expect(await held(user)).toEqual([]);
      await append(redis.connection, [{ user, event: '6' }]);
      expect((await readInbox(redis.connection, user)).map(({ cursor }) => cursor)).toEqual([`${epoch}-6`]);
    });

    it('in relay mode, acknowledge removes no event while another device has a cursor of an earlier epoch', async () => {
      const { user, epoch } = await userWithEvents();
      await acknowledge(redis.connection, user, 'old', { epoch: epoch - 1, offset: 3 }, relay);
      await acknowledge(redis.connection, user, 'phone', { epoch, offset: 5 }, relay);
      expect(await held(user)).toEqual([1, 2, 3, 4, 5]);
    });
  });
});
