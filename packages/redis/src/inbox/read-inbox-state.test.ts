import { expect, it } from 'vitest';
import { accept } from '../messages/accept.ts';
import { onEachRedis } from '../test/each-redis.ts';
import { acknowledge } from './acknowledge.ts';
import { readInboxState } from './read-inbox-state.ts';

onEachRedis((redis) => {
  it('readInboxState returns the events of an inbox and how far each device is behind', async () => {
    const { connection } = redis;
    const [a, b] = [redis.newId(), redis.newId()];
    expect(await readInboxState(connection, b)).toBeUndefined();
    const body = JSON.stringify({ type: 'text', text: 'words' });
    for (let i = 0; i < 5; i += 1) await accept(connection, { from: a, to: b, ref: `r${i}`, body, record: false });
    const [[newest = ''] = []] = await connection.client.xrevrange(connection.keys.inbox(b), '+', '-', 'COUNT', 1);
    const epoch = Number(newest.split('-')[0]);
    expect(await readInboxState(connection, b)).toEqual({ began: epoch, events: 5, last: 5, devices: [] });

    await acknowledge(connection, b, 'phone', { epoch, offset: 3 });
    await acknowledge(connection, b, 'desk', { epoch: epoch - 1, offset: 1 });
    expect((await readInboxState(connection, b))?.devices).toEqual([
      { device: 'desk', behind: null, acknowledged: expect.any(Number) },
      { device: 'phone', behind: 2, acknowledged: expect.any(Number) },
    ]);

    await connection.client.xtrim(connection.keys.inbox(b), 'MAXLEN', 0);
    expect(await readInboxState(connection, b)).toMatchObject({ began: epoch, events: 0, last: 5 });
  });
});
