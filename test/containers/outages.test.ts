import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareImages, whyNoContainers } from './images.ts';
import { Pair } from './pair.ts';
import { System, systemImages } from './system.ts';

const missing = await whyNoContainers(systemImages);
let system: System;

describe.skipIf(missing)(`Parley in containers${missing ? `: ${missing}` : ''}`, () => {
  beforeAll(async () => {
    system = await System.start(await prepareImages(systemImages));
  }, 1_200_000);
  afterAll(() => system?.[Symbol.asyncDispose](), 60_000);

  const gateways = () => [system.url('gateway-1'), system.url('gateway-2')];
  const pair = () => Pair.register(system.url('api'), { gateways: gateways() });

  it('messages are delivered while PostgreSQL is stopped, and are in PostgreSQL after its restart', async () => {
    await using two = await pair();
    await two.say('all is well');
    await system.stop('postgres');
    await two.say('without PostgreSQL');
    // The api stays ready, so that clients get its 503.
    const { status, text } = await system.get('api', '/readyz');
    expect([status, text]).toEqual([200, expect.stringContaining('PostgreSQL')]);
    await expect(two.alice.api('GET /me')).rejects.toMatchObject({ code: 'unavailable' });
    expect((await system.get('gateway-1', '/readyz')).status).toBe(200);
    await system.start('postgres');
    await two.recorded(['all is well', 'without PostgreSQL']);
  }, 120_000);

  it.each([
    ['frozen', () => system.pause('redis'), () => system.unpause('redis')],
    ['off the network', () => system.disconnect('redis'), () => system.reconnect('redis')],
    ['killed', () => system.kill('redis'), () => system.start('redis')],
  ])(
    'messages that are sent while Redis is %s arrive once and in order when Redis is back',
    async (_, away, back) => {
      await using two = await pair();
      await two.say('before');
      await away();
      const late = [two.alice.send(two.bob.user ?? 0, 'meanwhile 1'), two.alice.send(two.bob.user ?? 0, 'meanwhile 2')];
      await waitFor(async () => (await system.get('gateway-1', '/readyz')).status === 503, { timeout: 60_000 });
      expect((await system.get('gateway-1', '/healthz')).status).toBe(200);
      await back();
      await Promise.all(late);
      await two.say('after');
      expect(two.shown()).toEqual(['before', 'meanwhile 1', 'meanwhile 2', 'after']);
      await two.recorded(['before', 'meanwhile 1', 'meanwhile 2', 'after']);
      await waitFor(async () => (await system.get('gateway-1', '/readyz')).status === 200, { timeout: 60_000 });
    },
    180_000,
  );

  it('messages that arrived while the recorder was frozen are in PostgreSQL after it resumes', async () => {
    await using two = await pair();
    await two.say('before');
    await system.pause('recorder');
    await two.say('meanwhile');
    await system.unpause('recorder');
    await two.recorded(['before', 'meanwhile']);
  }, 60_000);

  it('a gateway drains on SIGTERM, and its clients connect to another gateway', async () => {
    await using two = await pair();
    await two.say('before');
    expect(await system.stop('gateway-1')).toBe(0);
    await two.say('one gateway less');
    await two.answer('indeed');
    await system.start('gateway-1');
    expect(two.shown()).toEqual(['before', 'one gateway less', 'indeed']);
  }, 60_000);
});
