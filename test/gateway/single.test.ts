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
  it("with SESSION_POLICY=single, a user's new connection closes the user's older connection on any gateway", async () => {
    const [a] = await kit.friends();
    await using first = await kit.connect(a, 0);
    await using second = await kit.connect(a, 1);
    expect(await first.untilClosed()).toMatchObject({ code: 4009 });
    await using third = await kit.connect(a, 1);
    expect(await second.untilClosed()).toMatchObject({ code: 4009 });
    expect(await third.ask({ type: 'ping', ref: 'p' })).toEqual({ type: 'pong', ref: 'p' });
  });

  it("with SESSION_POLICY=single, one of a user's fifty concurrent connections stays open, and all others are closed", async () => {
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

  it('with SESSION_POLICY=single, a session that moves between gateways resumes each time', async () => {
    const [a, b] = await kit.friends();
    await using peer = await kit.connect(b, 0);
    let session = await kit.connect(a, 0, { cursor: 'latest' });
    const heard: string[] = [];
    const texts: string[] = [];
    for (let move = 1; move <= 10; move += 1) {
      const { cursor } = session;
      const known = session.heard;
      // Some of these reach the old connection too. It is ignored from here on.
      const sending = peer.texts(
        a,
        Array.from({ length: 5 }, (_, i) => `${move}-${i}`),
      );
      const next = await kit.connect(a, move % 2, { cursor });
      expect((await next.welcome()).recovered).toBe(true);
      expect(await session.untilClosed()).toMatchObject({ code: 4009 });
      await sending;
      texts.push(...Array.from({ length: 5 }, (_, i) => `${move}-${i}`));
      heard.push(...known);
      session = next;
      await session.untilEvents(5);
    }
    heard.push(...session.heard);
    expect(heard).toEqual(texts);
    session.socket.terminate();
  });

  it('with SESSION_POLICY=single, an older session that reconnects closes the newer one and resumes at its cursor', async () => {
    const [a, b] = await kit.friends();
    await using peer = await kit.connect(b, 0);
    await using first = await kit.connect(a, 0, { device: 'phone', cursor: 'latest' });
    const { cursor } = first;
    await using second = await kit.connect(a, 1, { device: 'laptop', cursor: 'latest' });
    await first.untilClosed();
    await peer.texts(a, ['one', 'two']);
    await second.untilEvents(2);
    await using again = await kit.connect(a, 0, { device: 'phone', cursor });
    expect(await second.untilClosed()).toMatchObject({ code: 4009 });
    expect((await again.welcome()).recovered).toBe(true);
    await again.untilEvents(2);
    expect(again.heard).toEqual(['one', 'two']);
  });
});
