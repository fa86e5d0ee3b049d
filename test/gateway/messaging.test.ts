import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kit } from './kit.ts';

let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start(2);
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

describe('two people on two gateways', () => {
  it('talk live in both directions', async () => {
    const [a, b] = (await kit.friends()) as [number, number];
    await using alice = await kit.connect(a, 0);
    await using bob = await kit.connect(b, 1);

    const ack = await alice.text(b, 'c1', 'hello');
    expect(ack).toEqual({
      type: 'ack',
      ref: 'c1',
      id: expect.any(Number),
      conversation: `${a}_${b}`,
      date: expect.any(Number),
      online: true,
      duplicate: false,
    });
    await bob.untilTexts(1);
    expect(bob.events[0]?.event).toEqual({
      kind: 'message',
      id: ack.id,
      conversation: ack.conversation,
      from: a,
      to: b,
      date: ack.date,
      body: { type: 'text', text: 'hello' },
    });
    await bob.text(a, 'c1', 'hi');
    expect(await alice.untilTexts(2)).toEqual(['hello', 'hi']);
    expect(alice.events[0]?.event).toMatchObject({ ref: 'c1', id: ack.id });
    expect(alice.events[1]?.event).not.toHaveProperty('ref');
  });

  it('get what they missed while away, once and in order', async () => {
    const [a, b] = (await kit.friends()) as [number, number];
    await using alice = await kit.connect(a, 0);
    const before = await kit.connect(b, 1);
    await alice.text(b, 'r0');
    await before.untilTexts(1);
    const cursor = before.events.at(-1)?.cursor as string;
    await before.close();
    for (let i = 1; i <= 250; i += 1)
      alice.send({ type: 'send', ref: `r${i}`, to: b, body: { type: 'text', text: `r${i}` } });
    await alice.untilTexts(33);
  });
});
