import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kit } from './kit.ts';

let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start(2);
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

const body = { type: 'text', text: 'hi' } as const;

describe('custom data of a message', () => {
  it('custom data of a message reaches every participant unchanged, including devices that were offline', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    await using bob = await kit.connect(b, 1);
    const custom = { order: 7, lines: [{ sku: 'ä"\\' }, null] };
    expect(await alice.ask({ type: 'send', ref: 'r', to: b, body, custom })).toMatchObject({ type: 'ack' });
    await bob.untilEvents(1);
    await alice.untilEvents(1);
    await using later = await kit.connect(b, 0, { device: 'later' });
    await later.untilEvents(1);
    for (const client of [alice, bob, later])
      expect(client.events[0]?.event).toMatchObject({ kind: 'message', custom });
  });

  it('an edit replaces the custom data of a message; an edit without custom data removes it', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    await using bob = await kit.connect(b, 1);
    const { id } = await alice.text(b, 'first');
    await alice.ask({ type: 'edit', ref: 'e1', chat: b, id, body, custom: { version: 2 } });
    await bob.untilEvents(2);
    await alice.ask({ type: 'edit', ref: 'e2', chat: b, id, body });
    await bob.untilEvents(3);
    const [first, ...edits] = bob.events.map(({ event }) => event);
    expect(first).not.toHaveProperty('custom');
    expect(edits[0]).toMatchObject({ kind: 'edit', custom: { version: 2 } });
    expect(edits[1]).not.toHaveProperty('custom');
  });

  it('a recall removes the custom data of a message, even for a device that was offline', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    const ack = await alice.ask({ type: 'send', ref: 'r', to: b, body, custom: { secret: 'word' } });
    await alice.ask({ type: 'recall', ref: 'x', chat: b, id: 'id' in ack ? ack.id : 0 });
    await using bob = await kit.connect(b, 1);
    await bob.untilEvents(2);
    expect(JSON.stringify(bob.frames)).not.toContain('word');
  });

  it('a message can have both custom data and the flag `silent`', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    await using bob = await kit.connect(b, 1);
    await alice.ask({ type: 'send', ref: 's', to: b, body, custom: { a: 1 }, silent: true });
    await bob.untilEvents(1);
    expect(bob.events[0]?.event).toMatchObject({ custom: { a: 1 }, silent: true });
  });

  it.each([
    ['too large', { a: 'x'.repeat(5000) }],
    ['no object', [1]],
  ])('the gateway refuses custom data that is %s and keeps the connection open', async (_, custom) => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    const frame = { type: 'send', ref: 'bad', to: b, body, custom } as unknown as Parameters<typeof alice.ask>[0];
    expect(await alice.ask(frame)).toMatchObject({ type: 'error', code: 'bad-frame' });
    await alice.text(b, 'still open');
  });

  it.each([
    ['too deep', `{"a":${'['.repeat(40)}${']'.repeat(40)}}`],
    ['with a key __proto__', '{"__proto__":{"admin":true}}'],
    ['with a key __proto__ inside', '{"a":[{"__proto__":1}]}'],
  ])('the gateway refuses custom data that is %s as a whole', async (_, json) => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    alice.socket.send(`{"type":"send","ref":"odd","to":${b},"body":{"type":"text","text":"x"},"custom":${json}}`);
    expect(await alice.reply('odd')).toMatchObject({ type: 'error', code: 'bad-frame' });
  });

  it('MAX_CUSTOM limits the bytes of custom data in sends, edits and message bodies', async () => {
    await kit.addGateway({ maxCustom: 20 });
    await kit.addGateway({ maxCustom: 0 });
    const [a, b] = await kit.friends();
    await using few = await kit.connect(a, 2);
    await using none = await kit.connect(a, 3, { device: 'none' });
    const send = (custom: object | undefined) =>
      ({ type: 'send', ref: crypto.randomUUID(), to: b, body, ...(custom && { custom: { ...custom } }) }) as const;
    const fitting = { a: 'x'.repeat(12) };
    const large = { a: 'x'.repeat(13) };
    const ack = await few.ask(send(fitting));
    expect(ack).toMatchObject({ type: 'ack' });
    const refused = (path: string) => ({
      code: 'bad-frame',
      retry: false,
      message: `${path}: Too large: this server allows at most 20 bytes of JSON`,
    });
    expect(await few.ask(send(large))).toMatchObject(refused('custom'));
    const id = 'id' in ack && ack.id ? ack.id : 0;
    expect(await few.ask({ type: 'edit', ref: 'e', chat: b, id, body, custom: large })).toMatchObject(
      refused('custom'),
    );
    const own = { type: 'custom', name: 'poll', data: large } as const;
    expect(await few.ask({ ...send(undefined), body: own })).toMatchObject(refused('body.data'));
    expect(await none.ask(send({}))).toMatchObject({ message: 'custom: This server allows no custom data' });
    await none.text(b, 'without');
  });
});
