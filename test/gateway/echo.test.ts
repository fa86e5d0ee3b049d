import { parseCursor } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kit } from './kit.ts';

let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start(2);
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

describe('a connection with echo=0', () => {
  it("a connection with echo=0 gets no copies of messages that it sent, while the user's other devices do", async () => {
    const [a, b] = await kit.friends();
    await using phone = await kit.connect(a, 0, { device: 'phone', echo: '0' });
    await using tablet = await kit.connect(a, 1, { device: 'tablet' });
    await phone.texts(b, ['one', 'two']);
    await tablet.text(b, 'three');
    await tablet.untilEvents(3);
    await phone.untilEvents(1);
    expect([phone.heard, tablet.heard]).toEqual([['three'], ['one', 'two', 'three']]);
  });

  it('with echo=0, each ack arrives after all events that precede its message in the inbox', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a, 0, { echo: '0' });
    await using bob = await kit.connect(b, 1);
    const texts = Array.from({ length: 200 }, (_, i) => `${i}`);
    await Promise.all([
      alice.texts(b, texts),
      bob.texts(
        a,
        texts.map((text) => `re ${text}`),
      ),
    ]);
    await alice.untilEvents(texts.length);
    const received = alice.frames.flatMap((frame) =>
      'cursor' in frame && frame.type !== 'welcome'
        ? [{ type: frame.type, offset: parseCursor(frame.cursor)?.offset as number }]
        : [],
    );
    const early = received.filter(
      ({ type, offset }, i) =>
        type === 'ack' && received.slice(i).some((later) => later.type === 'event' && later.offset < offset),
    );
    expect(early).toEqual([]);
    const offsets = received.map(({ offset }) => offset).toSorted((a, b) => a - b);
    expect(offsets).toEqual(Array.from({ length: 2 * texts.length }, (_, i) => i + 1));
  });

  it('a connection with echo=0 resumes at the cursor of an ack and loses no event', async () => {
    const [a, b] = await kit.friends();
    const alice = await kit.connect(a, 0, { device: 'phone', echo: '0' });
    await using bob = await kit.connect(b, 1);
    await bob.text(a, 'before');
    const { cursor } = await alice.text(b, 'mine');
    expect(alice.heard).toEqual(['before']);
    await alice.close();
    await bob.text(a, 'after');
    await using again = await kit.connect(a, 1, { device: 'phone', echo: '0', cursor });
    await again.untilEvents(1);
    expect([(await again.welcome()).recovered, again.heard]).toEqual([true, ['after']]);
  });

  it('a connection with echo=0 gets an ack for a resend at once, and a copy of each message that another device sent', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a, 0, { echo: '0' });
    await alice.text(b, 'one');
    expect(await alice.text(b, 'one')).toMatchObject({ duplicate: true });
    const stranger = kit.newId();
    await kit.nobody(stranger);
    expect(
      await alice.ask({ type: 'send', ref: 'two', to: stranger, body: { type: 'text', text: 'x' } }),
    ).toMatchObject({ code: 'not-found' });
    await using elsewhere = await kit.connect(a, 1, { device: 'elsewhere' });
    await elsewhere.text(b, 'two');
    await alice.untilEvents(1);
    expect(alice.heard).toEqual(['two']);
  });
});
