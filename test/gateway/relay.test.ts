import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kit } from './kit.ts';

let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start(1, { history: 'relay' });
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

describe('relay mode', () => {
  it('with HISTORY=relay, the gateway sends neither messages nor marks to the recorder', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    await alice.text(b, 'r1');
    await alice.ask({
      type: 'mark',
      ref: 'm',
      chat: b,
      read: alice.events[0]?.event.kind === 'message' ? alice.events[0].event.id : 1,
    });
    const { keys, client } = kit.link;
    expect(await client.exists(keys.record(keys.bucket(Math.min(a, b))))).toBe(0);
  });

  it('with HISTORY=relay, a message is removed from the inbox once each device of its owner has acknowledged it', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    await using phone = await kit.connect(b, 0, { device: 'phone' });
    const laptop = await kit.connect(b, 0, { device: 'laptop' });
    await laptop.close();
    for (const ref of ['r1', 'r2', 'r3']) await alice.text(b, ref);
    await phone.untilEvents(3);
    phone.send({ type: 'received', cursor: phone.events[2]?.cursor as string });
    await phone.ask({ type: 'ping', ref: 'p' });
    expect(await kit.inbox(b)).toHaveLength(3);

    await using back = await kit.connect(b, 0, { device: 'laptop' });
    await back.untilEvents(3);
    expect(back.heard).toEqual(['r1', 'r2', 'r3']);
    back.send({ type: 'received', cursor: back.events[1]?.cursor as string });
    await waitFor(async () => (await kit.inbox(b)).length === 1);
    await using again = await kit.connect(b, 0, { device: 'laptop' });
    await again.untilEvents(1);
    expect(again.heard).toEqual(['r3']);
    expect((await again.welcome()).recovered).toBe(true);
  });
});
