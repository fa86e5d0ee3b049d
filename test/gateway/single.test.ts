import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from './client.ts';
import { Kit } from './kit.ts';

let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start(2, { sessionPolicy: 'single' });
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

describe('single sessions', () => {
  it("with SESSION_POLICY=single, a new connection closes the user's older one on any gateway", async () => {
    const [a] = await kit.friends();
    await using first = await kit.connect(a, 0);
    await using second = await kit.connect(a, 1);
    expect(await first.untilClosed()).toMatchObject({ code: 4009 });
    await using third = await kit.connect(a, 1);
    expect(await second.untilClosed()).toMatchObject({ code: 4009 });
    expect(await third.ask({ type: 'ping', ref: 'p' })).toEqual({ type: 'pong', ref: 'p' });
  });

  it('with SESSION_POLICY=single, one of fifty concurrent connections of a user stays open', async () => {
    const [a, b] = await kit.friends();
    const racers = Array.from({ length: 50 }, (_, i) =>
      Client.start(kit.gateway(i % 2).url, kit.token(a, { session: `session-${i}` })),
    );
    await Promise.all(racers.map((racer) => Promise.race([racer.welcome(), racer.untilClosed()])));
    for (const [i, racer] of racers.entries()) {
      if (!racer.closed) racer.send({ type: 'send', ref: `r${i}`, to: b, body: { type: 'text', text: `${i}` } });
    }
    await Promise.all(racers.map((racer, i) => Promise.race([racer.untilClosed(), racer.reply(`r${i}`)])));
    const open = racers.filter((racer) => !racer.closed);
    expect(open).toHaveLength(1);
    expect(racers.filter((racer) => racer.closed).every((racer) => racer.closed?.code === 4009)).toBe(true);
    expect(await kit.inbox(b)).toHaveLength(1);
    for (const racer of racers) racer.socket.terminate();
  });
});
