import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Body, ClientFrame } from '@parley/protocol';
import { forgetPermits } from '@parley/redis';
import { type HookConfig, Networks } from '@parley/service';
import { waitFor } from '@parley/stack';
import { isGenuine, Receiver } from '@parley/stack/test';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Client } from './client.ts';
import { Kit } from './kit.ts';

const secret = Buffer.alloc(32, 7);
const text = (value: string): Body => ({ type: 'text', text: value });
let receiver: Receiver;
let kit: Kit;
beforeAll(async () => {
  receiver = await Receiver.start();
  kit = await Kit.start(1, { hooks: hooks() });
});
beforeEach(() => {
  receiver.got.length = 0;
  receiver.answer = undefined;
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
  await receiver?.close();
});

function hooks(changes: Partial<HookConfig> = {}): HookConfig {
  const endpoint = {
    id: 'rules',
    url: receiver.url,
    events: ['message.send', 'message.edit'],
    secrets: [secret],
  } as const;
  const allowed = new Networks(['127.0.0.0/8']);
  return { endpoints: [endpoint], timeout: 5000, onFailure: 'refuse', concurrency: 256, allowed, ...changes };
}

/** Makes the hook reply to each request with JSON. */
function replies(reply: (data: Record<string, unknown>) => object): void {
  receiver.answer = (response, { event }) => void response.writeHead(200).end(JSON.stringify(reply(event.data)));
}

/** Opens a stream with the text `so`. */
async function open(client: Client, to: number): Promise<number> {
  const ack = await client.ask({ type: 'stream', op: 'start', ref: 's', to, text: 'so' });
  return 'id' in ack && ack.id ? ack.id : expect.fail(`refused: ${JSON.stringify(ack)}`);
}

describe('hooks before messages', () => {
  it('the gateway signs its requests to a hook; an empty reply of the hook accepts the message', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    const frame = { type: 'send', ref: 'r', to: b, body: text('hi'), custom: { n: 1 } } as const;
    expect(await alice.ask(frame)).toMatchObject({ type: 'ack', duplicate: false });
    const [request] = receiver.got;
    if (!request) throw new Error('nobody asked');
    expect(isGenuine(request, secret)).toBe(true);
    const { type: _, ...content } = frame;
    expect(request.event).toMatchObject({ type: 'message.send', data: { from: a, ...content } });
  });

  it('a resend is acknowledged although the hook refuses the message now, or its sender is blocked', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    const frame = { type: 'send', ref: 'r', to: b, body: text('hi') } as const;
    const first = await alice.ask(frame);
    const ack = { ...first, duplicate: true, online: false };
    replies(() => ({ allow: false, message: 'no' }));
    expect(await alice.ask(frame)).toEqual(ack);
    expect(await alice.ask({ ...frame, ref: 'new' })).toMatchObject({ type: 'error', code: 'refused' });
    await kit.permit(b, [a], [a]);
    await forgetPermits(kit.link, [a]);
    await waitFor(async () => {
      const reply = await alice.ask({ ...frame, ref: 'newer' });
      return reply.type === 'error' && reply.code === 'blocked';
    });
    expect(await alice.ask(frame)).toEqual(ack);
    expect(await kit.inbox(b)).toHaveLength(1);
  });

  it('the gateway calls a hook at the start and at the end of a stream, and the hook can change both texts', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    await using bob = await kit.connect(b);
    replies(({ body }) => ({ allow: true, body: text(`${(body as { text: string }).text}*`) }));
    const ack = await alice.ask({ type: 'stream', op: 'start', ref: 's', to: b, text: 'so' });
    expect(ack).toMatchObject({ type: 'ack', body: text('so*') });
    const id = 'id' in ack && ack.id ? ack.id : 0;
    alice.send({ type: 'stream', op: 'append', chat: b, id, index: 1, text: ' far' });
    await alice.ask({ type: 'stream', op: 'end', ref: 'e', chat: b, id });
    await bob.untilEvents(2);
    expect(bob.events.map(({ event }) => 'body' in event && event.body)).toEqual([text('so*'), text('so* far*')]);
    expect(receiver.got.map(({ event }) => event)).toMatchObject([
      { type: 'message.send', data: { from: a, to: b, body: text('so'), streaming: true } },
      { type: 'message.edit', data: { from: a, chat: b, id, body: text('so* far'), streaming: false } },
    ]);
  });

  it('if a hook refuses the end of a stream, the stream ends at once with its first text', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    await using bob = await kit.connect(b);
    replies(({ streaming }) => ({ allow: streaming === true }));
    const id = await open(alice, b);
    alice.send({ type: 'stream', op: 'append', chat: b, id, index: 1, text: ' bad' });
    expect(await alice.ask({ type: 'stream', op: 'end', ref: 'e', chat: b, id })).toMatchObject({ code: 'refused' });
    await bob.untilEvents(2);
    expect(bob.events[1]?.event).toMatchObject({ kind: 'edit', body: text('so'), streaming: false });
  });

  it('a stream that the gateway ends without calling the hook ends with its first text', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    await using bob = await kit.connect(b);
    const id = await open(alice, b);
    alice.send({ type: 'stream', op: 'append', chat: b, id, index: 1, text: ' bad' });
    alice.send({ type: 'stream', op: 'append', chat: b, id, index: 2, text: 'x'.repeat(8000) });
    await bob.untilEvents(2);
    expect(bob.events[1]?.event).toMatchObject({ kind: 'edit', body: text('so'), streaming: false });
  });

  it('a stream ends with the text that the hook has checked, even if another device appends more during the check', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    await using bob = await kit.connect(b);
    const id = await open(alice, b);
    let accept: (() => void) | undefined;
    receiver.answer = (response) => {
      accept = () => void response.writeHead(204).end();
    };
    const ended = alice.ask({ type: 'stream', op: 'end', ref: 'e', chat: b, id });
    await waitFor(() => accept !== undefined);
    alice.send({ type: 'stream', op: 'append', chat: b, id, index: 1, text: ' bad' });
    await bob.until(
      () => bob.frames.some(({ type }) => type === 'stream'),
      () => 'no text',
    );
    accept?.();
    await ended;
    await bob.untilEvents(2);
    expect(bob.events[1]?.event).toMatchObject({ kind: 'edit', body: text('so'), streaming: false });
  });

  it("if a hook changes the body and custom data of a message, the recipient and the sender's ack get the changed values", async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a, 0, { echo: '0' });
    await using bob = await kit.connect(b);
    replies(() => ({ allow: true, body: text('h*'), custom: { checked: true } }));
    const ack = await alice.ask({ type: 'send', ref: 'r', to: b, body: text('hell'), custom: { raw: 1 } });
    expect(ack).toMatchObject({ type: 'ack', body: text('h*'), custom: { checked: true } });
    await bob.untilEvents(1);
    expect(bob.events[0]?.event).toMatchObject({ body: text('h*'), custom: { checked: true } });
    replies(() => ({ allow: true, custom: null }));
    const second = await alice.ask({ type: 'send', ref: 's', to: b, body: text('ok'), custom: { raw: 1 } });
    expect(second).toMatchObject({ type: 'ack', body: text('ok'), custom: null });
    await bob.untilEvents(2);
    expect(bob.events[1]?.event).not.toHaveProperty('custom');
  });

  it('if a hook refuses a message, its sender gets the reason and its recipient gets no message', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    await using bob = await kit.connect(b);
    replies(({ body }) =>
      (body as { text: string }).text === 'bad' ? { allow: false, message: 'Be kind.' } : { allow: true },
    );
    const refused = await alice.ask({ type: 'send', ref: 'r', to: b, body: text('bad') });
    expect(refused).toMatchObject({ type: 'error', code: 'refused', message: 'Be kind.', retry: false });
    await alice.text(b, 'good');
    await bob.untilEvents(1);
    expect(bob.events.map(({ event }) => 'body' in event && event.body)).toEqual([text('good')]);
  });

  it('a hook can reply with an action, and the request names the event as `hook`', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    const send = (ref: string) => alice.ask({ type: 'send', ref, to: b, body: text('hi'), custom: { a: 1 } });
    replies(() => ({ action: 'accept' }));
    expect(await send('r1')).toMatchObject({ type: 'ack', duplicate: false });
    expect(receiver.got[0]?.event).toMatchObject({ hook: 'message.send', type: 'message.send' });
    replies(() => ({ action: 'accept', data: { body: text('h*'), custom: null } }));
    expect(await send('r2')).toMatchObject({ type: 'ack', body: text('h*'), custom: null });
    replies(() => ({ action: 'refuse', message: 'Be kind.' }));
    expect(await send('r3')).toMatchObject({ type: 'error', code: 'refused', message: 'Be kind.' });
    const wrong = [{ action: 'accept', data: { from: 1 } }, { action: 'accept', allow: true }, { action: 'drop' }];
    for (const [i, reply] of wrong.entries()) {
      replies(() => reply);
      expect(await send(`w${i}`)).toMatchObject({ type: 'error', code: 'unavailable' });
    }
  });

  it('a hook can change or refuse an edit', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    await using bob = await kit.connect(b);
    const { id } = await alice.text(b, 'first');
    replies(() => ({ allow: true, body: text('changed') }));
    await alice.ask({ type: 'edit', ref: 'e', chat: b, id, body: text('second') });
    await bob.untilEvents(2);
    expect(bob.events[1]?.event).toMatchObject({ kind: 'edit', id, body: text('changed') });
    replies(() => ({ allow: false }));
    const refused = await alice.ask({ type: 'edit', ref: 'f', chat: b, id, body: text('third') });
    expect(refused).toMatchObject({ code: 'refused', message: 'A rule of this server does not allow it.' });
  });

  it('a hook can refuse a message that was sent with POST /v1/frames', async () => {
    const [a, b] = await kit.friends();
    replies(() => ({ allow: false, message: 'Not by HTTP.' }));
    const response = await fetch(`${kit.gateway().http}/v1/frames`, {
      method: 'POST',
      headers: { authorization: `Bearer ${kit.token(a)}`, 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'send', ref: 'r', to: b, body: text('hi') } satisfies ClientFrame),
    });
    expect(await response.json()).toMatchObject({ type: 'error', code: 'refused', message: 'Not by HTTP.' });
  });

  it('the gateway does not call a hook for a message that it refuses anyway, nor for frames that contain no message', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    const stranger = kit.newId();
    await kit.permit(stranger, []);
    expect(await alice.ask({ type: 'send', ref: 'r', to: stranger, body: text('hi') })).toMatchObject({
      code: 'not-friends',
    });
    await alice.ask({ type: 'mark', ref: 'm', chat: b, read: 1 });
    expect(receiver.got).toEqual([]);
  });
});

describe('slow hooks', () => {
  it("a slow hook changes the order of no sender's messages and does not delay other senders", async () => {
    const [a, b, c] = (await kit.circle(3)) as [number, number, number];
    await using alice = await kit.connect(a);
    await using bob = await kit.connect(b);
    await using carol = await kit.connect(c);
    const held: (() => void)[] = [];
    receiver.answer = (response, { event: { data } }) => {
      const accept = () => void response.writeHead(204).end();
      if (data.from === a && held.length === 0) held.push(accept);
      else accept();
    };
    const texts = ['one', 'two', 'three'];
    const acks = texts.map((value) => alice.ask({ type: 'send', ref: value, to: b, body: text(value) }));
    await waitFor(() => held.length === 1);
    expect(await carol.ask({ type: 'send', ref: 'c', to: b, body: text('from carol') })).toMatchObject({ type: 'ack' });
    for (const accept of held) accept();
    await Promise.all(acks);
    await bob.untilEvents(4);
    expect(bob.events.map(({ event }) => 'body' in event && event.body)).toEqual(
      ['from carol', ...texts].map((value) => text(value)),
    );
  });

  it('while a hook is slow, a sender can have 32 unacknowledged messages, and the gateway refuses the 33rd', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    let accept = () => {};
    receiver.answer = (response) => {
      accept = () => {
        receiver.answer = undefined;
        response.writeHead(204).end();
      };
    };
    const asked = Array.from({ length: 33 }, (_, i) =>
      alice.ask({ type: 'send', ref: `${i}`, to: b, body: text('x') }),
    );
    expect(await asked[32]).toMatchObject({ type: 'error', code: 'too-many' });
    await waitFor(() => receiver.got.length === 1);
    accept();
    const replies = await Promise.all(asked.slice(0, 32));
    expect(new Set(replies.map(({ type }) => type))).toEqual(new Set(['ack']));
  });
});

describe('failing hooks', () => {
  const latin1 = Buffer.from('{"allow":false,"message":"Grüße"}', 'latin1');
  const bomb = gzipSync(Buffer.alloc(50_000_000, ' '));
  const metadata = 'http://169.254.169.254/latest/meta-data/';
  const dripping = (response: ServerResponse) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(timer));
  };
  const wrong: [string, NonNullable<Receiver['answer']>][] = [
    ['with an error', (response) => void response.writeHead(500).end()],
    ['with a page', (response) => void response.writeHead(200).end('<html>hello</html>')],
    ['with a redirect', (response) => void response.writeHead(302, { location: receiver.url }).end()],
    ['by changing the sender', (response) => void response.writeHead(200).end('{"allow":true,"from":1}')],
    ['by an invalid body', (response) => void response.writeHead(200).end('{"allow":true,"body":{"type":"text"}}')],
    ['by a body of another kind', (response) => void response.writeHead(200).end('{"allow":"yes"}')],
    ['by nesting', (response) => void response.writeHead(200).end('['.repeat(50_000))],
    ['by a reply without end', (response) => void response.writeHead(200).end(' '.repeat(300 * 1024))],
    [
      'by a number that is too large',
      (response) => void response.writeHead(200).end('{"allow":true,"custom":{"a":1e400}}'),
    ],
    ['by a text that is not UTF-8', (response) => void response.writeHead(200).end(latin1)],
    ['by compressing too much', (response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb)],
    ['with a redirect to a metadata service', (response) => void response.writeHead(307, { location: metadata }).end()],
    ['by one byte at a time', dripping],
    ['by closing the connection', (response) => void response.destroy()],
    ['by not replying', () => {}],
  ];

  it.each(wrong)(
    'if a hook fails %s, the gateway rejects the message as unavailable, or accepts it if configured',
    async (_, answer) => {
      receiver.answer = answer;
      const strict = await kit.addGateway({ hooks: hooks({ timeout: 300 }) });
      const lenient = await kit.addGateway({ hooks: hooks({ timeout: 300, onFailure: 'accept' }) });
      const [a, b] = await kit.friends();
      await using alice = await kit.connect(a, kit.gateways.indexOf(strict));
      await using anna = await kit.connect(a, kit.gateways.indexOf(lenient));
      const refused = await alice.ask({ type: 'send', ref: 'r', to: b, body: text('hi') });
      expect(refused).toMatchObject({
        type: 'error',
        code: 'unavailable',
        retry: true,
        retryAfter: expect.any(Number),
      });
      expect(await anna.ask({ type: 'send', ref: 'r', to: b, body: text('hi') })).toMatchObject({
        type: 'ack',
        duplicate: false,
      });
    },
  );

  it('the gateway stops calling a hook for a while after 10 failures', async () => {
    const { http } = await kit.addGateway({ hooks: hooks({ onFailure: 'accept' }) });
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a, kit.gateways.length - 1);
    receiver.answer = (response) => void response.writeHead(500).end();
    for (let i = 0; i < 12; i += 1) await alice.text(b, `${i}`);
    expect(receiver.got).toHaveLength(10);
    const metrics = await (await fetch(`${http}/metrics`)).text();
    expect(metrics).toMatch(/parley_hook_resting\{hook="rules".*\} 1/);
    expect(metrics).toMatch(/parley_hook_replies_total\{hook="rules",event="message.send",result="failed".*\} 10/);
    expect(metrics).toMatch(/parley_hook_replies_total\{hook="rules",event="message.send",result="resting".*\} 2/);
  });

  it('the gateway calls a hook at a loopback address only if its network is allowed', async () => {
    await kit.addGateway({ hooks: hooks({ allowed: new Networks([]) }) });
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a, kit.gateways.length - 1);
    expect(await alice.ask({ type: 'send', ref: 'r', to: b, body: text('hi') })).toMatchObject({ code: 'unavailable' });
    expect(receiver.got).toEqual([]);
  });
});

it('one user cannot use up all concurrent requests to a hook', async () => {
  await kit.addGateway({ hooks: hooks({ concurrency: 32, onFailure: 'accept' }) });
  const index = kit.gateways.length - 1;
  const [a, b, c] = (await kit.circle(3)) as [number, number, number];
  const accepts: (() => void)[] = [];
  receiver.answer = (response, { event: { data } }) => {
    const accept = () => void response.writeHead(204).end();
    if (data.from === a) accepts.push(accept);
    else accept();
  };
  const devices = await Promise.all(['1', '2', '3'].map((device) => kit.connect(a, index, { device })));
  await using carol = await kit.connect(c, index);
  const asked = devices.map((each, i) => each.ask({ type: 'send', ref: `${i}`, to: b, body: text('x') }));
  await waitFor(() => accepts.length === 2);
  expect(await Promise.race(asked)).toMatchObject({ type: 'error', code: 'unavailable' });
  expect(await carol.ask({ type: 'send', ref: 'c', to: b, body: text('y') })).toMatchObject({ type: 'ack' });
  for (const accept of accepts) accept();
  await Promise.all(asked);
  for (const each of devices) await each[Symbol.asyncDispose]();
});
