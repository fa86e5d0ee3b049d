import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from './client.ts';
import { Kit } from './kit.ts';

let kit: Kit;
let bystander: Client;
let sender: Client;
let friend: number;
let stranger: number;
let blocker: number;
let nobody: number;

beforeAll(async () => {
  kit = await Kit.start(1);
  const [a, b] = await kit.friends();
  friend = b;
  stranger = kit.newId();
  blocker = kit.newId();
  nobody = kit.newId();
  await kit.permit(stranger, []);
  await kit.permit(blocker, [a], [a]);
  await kit.nobody(nobody);
  bystander = await kit.connect(b, 0, { device: 'bystander' });
  sender = await kit.connect(a);
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

/** Expects that the other connections of the gateway are not affected. */
async function expectUndisturbed(): Promise<void> {
  await bystander.settled();
  expect(bystander.frames.filter((frame) => frame.type !== 'pong' && frame.type !== 'welcome')).toEqual([]);
}

const send = (fields: object) =>
  JSON.stringify({ type: 'send', ref: 'r', to: friend, body: { type: 'text', text: 'hi' }, ...fields });
const text = (value: unknown) => send({ body: { type: 'text', text: value } });

describe('invalid frames', () => {
  it.each<[string, () => string, { code: string; ref?: string }]>([
    ['a number', () => '5', { code: 'bad-frame' }],
    ['null', () => 'null', { code: 'bad-frame' }],
    ['a list', () => '[{"type":"ping"}]', { code: 'bad-frame' }],
    ['an empty object', () => '{}', { code: 'bad-frame' }],
    ['an unknown type', () => '{"type":"sned","ref":"r"}', { code: 'bad-frame', ref: 'r' }],
    ['a type of the wrong kind', () => '{"type":["ping"],"ref":"r"}', { code: 'bad-frame', ref: 'r' }],
    [
      'the name of something every object has',
      () => '{"type":"constructor","ref":"r"}',
      { code: 'bad-frame', ref: 'r' },
    ],
    ['a frame of the server', () => '{"type":"event","cursor":"1-1","ref":"r"}', { code: 'bad-frame', ref: 'r' }],
    ['a prototype', () => '{"type":"ping","ref":"r","__proto__":{"to":7}}', { code: 'bad-frame', ref: 'r' }],
    ['an unknown field', () => send({ reply: 5 }), { code: 'bad-frame', ref: 'r' }],
    ['no ref', () => send({ ref: undefined }), { code: 'bad-frame' }],
    ['a ref of 65 characters', () => send({ ref: 'r'.repeat(65) }), { code: 'bad-frame' }],
    ['an empty ref', () => send({ ref: '' }), { code: 'bad-frame', ref: '' }],
    ['a ref that is a number', () => send({ ref: 5 }), { code: 'bad-frame' }],
    ['a receiver that is text', () => send({ to: String(friend) }), { code: 'bad-frame', ref: 'r' }],
    ['a receiver beyond all ids', () => send({ to: 2 ** 53 }), { code: 'bad-frame', ref: 'r' }],
    ['receiver 0', () => send({ to: 0 }), { code: 'bad-frame', ref: 'r' }],
    ['half a receiver', () => send({ to: 1.5 }), { code: 'bad-frame', ref: 'r' }],
    [
      'a receiver too great for a number',
      () => send({ to: 0 }).replace('"to":0', '"to":1e999'),
      { code: 'bad-frame', ref: 'r' },
    ],
    ['empty text', () => text(''), { code: 'bad-frame', ref: 'r' }],
    ['8001 characters', () => text('x'.repeat(8001)), { code: 'bad-frame', ref: 'r' }],
    ['a null character', () => text('a\0'), { code: 'bad-frame', ref: 'r' }],
    ['half a character', () => text('a\ud800'), { code: 'bad-frame', ref: 'r' }],
    [
      'text that is a deep list',
      () => text(0).replace(':0', `:${'['.repeat(20_000)}${']'.repeat(20_000)}`),
      { code: 'bad-frame', ref: 'r' },
    ],
    ['too many mentions', () => send({ mentions: Array(201).fill(7) }), { code: 'bad-frame', ref: 'r' }],
    ['a body of unknown type', () => send({ body: { type: 'poll' } }), { code: 'bad-frame', ref: 'r' }],
    [
      'an image without its size',
      () => send({ body: { type: 'image', media: 1, name: 'a', mime: 'image/png' } }),
      { code: 'bad-frame', ref: 'r' },
    ],
    [
      'a cursor that is none',
      () => '{"type":"received","ref":"r","cursor":"yesterday"}',
      { code: 'bad-frame', ref: 'r' },
    ],
    [
      'a cursor beyond all numbers',
      () => '{"type":"received","ref":"r","cursor":"9999999999999999-9999999999999999"}',
      { code: 'bad-frame', ref: 'r' },
    ],
    [
      'a cursor to come',
      () => `{"type":"received","ref":"r","cursor":"${sender.cursor}9"}`,
      { code: 'bad-frame', ref: 'r' },
    ],
    ['another user’s cursor', () => `{"type":"received","ref":"r","cursor":"1-1"}`, { code: 'bad-frame', ref: 'r' }],
    ['a mark of nothing', () => `{"type":"mark","ref":"r","chat":${friend}}`, { code: 'bad-frame', ref: 'r' }],
    [
      'a mark in the future',
      () => `{"type":"mark","ref":"r","chat":${friend},"read":${2 ** 53 - 1}}`,
      { code: 'bad-frame', ref: 'r' },
    ],
    [
      'too many watched users',
      () => `{"type":"watch","ref":"r","users":[${Array(501).fill(7)}]}`,
      { code: 'bad-frame', ref: 'r' },
    ],
    ['an empty token', () => '{"type":"auth","ref":"r","token":""}', { code: 'bad-frame', ref: 'r' }],
    ['a receiver nobody is', () => send({ to: nobody }), { code: 'not-found', ref: 'r' }],
    [
      'a mark in a chat with nobody',
      () => `{"type":"mark","ref":"r","chat":${nobody},"read":1}`,
      { code: 'not-found', ref: 'r' },
    ],
    ['a receiver who is no friend', () => send({ to: stranger }), { code: 'not-friends', ref: 'r' }],
    ['a receiver who does not want it', () => send({ to: blocker }), { code: 'blocked', ref: 'r' }],
  ])('an invalid frame (%s) gets an error, and the connection stays open', async (_title, frame, { code, ref }) => {
    const before = sender.frames.length;
    sender.socket.send(frame());
    const answer = await sender.frame((reply) => reply.type === 'error', before);
    expect(answer).toMatchObject({ type: 'error', code, retry: false });
    expect(answer.message).not.toBe('');
    expect(answer.ref).toBe(ref);
    await sender.settled();
    await expectUndisturbed();
  });
});

describe('data that is not a frame', () => {
  it.each<[string, string | Buffer, number, boolean]>([
    ['text that is no JSON', 'hello', 4002, false],
    ['nothing', '', 4002, false],
    ['half a frame', '{"type":"ping"', 4002, false],
    ['a frame with more behind it', '{"type":"ping"}{"type":"ping"}', 4002, false],
    ['binary', Buffer.from('{"type":"ping"}'), 4002, true],
    ['nothing in binary', Buffer.alloc(0), 4002, true],
    ['a byte more than 64 KiB', '{"type":"ping"}'.padEnd(65_537), 4013, false],
    ['200 KiB', 'x'.repeat(200 * 1024), 4013, false],
    ['10 MiB', 'x'.repeat(10 * 1024 * 1024), 1009, false],
    ['text that is no UTF-8', Buffer.from([0xff, 0xfe, 0x22]), 1007, false],
  ])('invalid WebSocket data (%s) closes only the connection that sent it', async (_title, data, code, binary) => {
    await using client = await kit.connect(kit.newId());
    client.socket.send(data, { binary });
    // uWebSockets.js sends no close frame for violations of the WebSocket protocol itself.
    const codes = code < 4000 ? [code, 1006] : [code];
    expect(codes).toContain((await client.untilClosed()).code);
    await expectUndisturbed();
  });

  it('the gateway accepts a frame of exactly 64 KiB', async () => {
    sender.socket.send('{"type":"ping","ref":"just"}'.padEnd(65_536));
    expect(await sender.reply('just')).toMatchObject({ type: 'pong' });
  });
});

describe('rate limits', () => {
  it('the gateway closes a connection that sends too many frames with 4029', async () => {
    await using strict = await Kit.start(1, { frameRate: 1, frameBurst: 20 });
    await using client = await strict.connect(strict.newId());
    for (let i = 0; i < 20; i += 1) client.send({ type: 'ping', ref: `p${i}` });
    await client.reply('p19');
    for (let i = 20; i < 24; i += 1) client.send({ type: 'ping' });
    expect(await client.untilClosed()).toMatchObject({ code: 4029 });
  });

  it('the gateway rejects a watch list beyond the rate limit and keeps the connection open', async () => {
    await using strict = await Kit.start(1, { frameRate: 1, frameBurst: 10 });
    await using client = await strict.connect(strict.newId());
    const users = Array.from({ length: 400 }, (_, i) => i + 1);
    expect(await client.ask({ type: 'watch', ref: 'w', users })).toMatchObject({
      type: 'error',
      code: 'too-many',
      retry: true,
      retryAfter: expect.any(Number),
    });
    await client.settled();
    expect(client.frames.some((frame) => frame.type === 'presence')).toBe(false);
  });

  it("the gateway rejects messages beyond a user's rate across all gateways with retryAfter", async () => {
    await using strict = await Kit.start(2, { sendRate: 1, sendBurst: 20 });
    const [a, b] = await strict.friends();
    const clients = [await strict.connect(a, 0, { device: 'one' }), await strict.connect(a, 1, { device: 'two' })];
    const replies = await Promise.all(
      clients.flatMap((client, c) =>
        Array.from({ length: 20 }, (_, i) =>
          client.ask({ type: 'send', ref: `${c}/${i}`, to: b, body: { type: 'text', text: 'x' } }),
        ),
      ),
    );
    const refused = replies.filter((reply) => reply.type === 'error');
    expect(refused.length).toBeGreaterThanOrEqual(15);
    for (const reply of refused) expect(reply).toMatchObject({ code: 'too-many', retry: true });
    const { retryAfter = 0 } = refused[0] as { retryAfter?: number };
    expect(retryAfter).toBeGreaterThan(0);
    expect(retryAfter).toBeLessThanOrEqual(1000);
    expect(await strict.inbox(b)).toHaveLength(replies.length - refused.length);
    for (const client of clients) await client.close();
  });
});

it('invalid frames add nothing to the inbox of the other user', async () => {
  await using again = await Client.open(kit.gateway().url, kit.token(friend), { device: 'new' });
  await again.settled();
  expect(again.events).toEqual([]);
});
