import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Client } from '../client.ts';
import { Kit } from '../kit.ts';

let kit: Kit;
let bystander: Client;
let friend: number;
let sender: number;
beforeAll(async () => {
  kit = await Kit.start(1);
  [sender, friend] = (await kit.friends()) as [number, number];
  bystander = await kit.connect(friend, 0, { device: 'bystander' });
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

const lists = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const objects = (depth: number) => `${'{"id":'.repeat(depth)}1${'}'.repeat(depth)}`;

/** JSON values that break careless code. */
const values: [string, string][] = [
  ['lists nested 30,000 deep', lists(30_000)],
  ['objects nested 9,000 deep', objects(9000)],
  ['lists nested 33 deep', lists(33)],
  ['a prototype', '{"__proto__":{"type":"ping"},"constructor":1}'],
  ['a number beyond all numbers', '1e999'],
  ['a number of 10,000 digits', '9'.repeat(10_000)],
  ['a negative zero', '-0'],
  ['half a character', '"\\ud800"'],
  ['a null character', '"\\u0000"'],
  ['an empty list', '[]'],
  ['true', 'true'],
  ['null', 'null'],
];

/** Templates of frames into which such a value is inserted. */
const places: [string, (value: string) => string][] = [
  ['alone', (value) => value],
  ['as a type', (value) => `{"type":${value}}`],
  ['as a ref', (value) => `{"type":"ping","ref":${value}}`],
  ['as a receiver', (value) => `{"type":"send","ref":"r","to":${value},"body":{"type":"text","text":"x"}}`],
  ['as a body', (value) => `{"type":"send","ref":"r","to":7,"body":${value}}`],
  ['as an unknown field', (value) => `{"type":"ping","ref":"r","more":${value}}`],
  ['as the window of a LayIM message', (value) => `{"mine":{"content":"x"},"to":{"id":${value},"type":"friend"}}`],
  ['as the content of a LayIM message', (value) => `{"mine":{"content":${value}},"to":{"id":7}}`],
  ['as a wrapped LayIM message', (value) => `{"type":"sendMessage","data":${value}}`],
];

/**
 * Sends texts over a WebSocket. Opens a new one for each text after which the last one was closed.
 */
async function sendAll(path: string, texts: string[]): Promise<void> {
  let socket: WebSocket | undefined;
  for (const text of texts) {
    if (socket?.readyState !== WebSocket.OPEN) {
      socket = new WebSocket(`${kit.gateway().url}${path}`, {
        headers: { authorization: `Bearer ${kit.token(sender)}` },
      });
      socket.on('error', () => {});
      await new Promise((resolve) => socket?.once('open', resolve));
    }
    const opened = socket;
    const answered = new Promise<void>((resolve) => {
      const settle = () => {
        opened.off('pong', settle).off('close', settle);
        resolve();
      };
      opened.on('pong', settle).on('close', settle);
    });
    socket.send(text);
    socket.ping();
    await answered;
  }
  socket?.terminate();
}

describe.each(places)('hostile values %s', (_title, frameOf) => {
  const texts = values.map(([, value]) => frameOf(value));

  it.each(['/v1/socket', '/layim/socket'])(
    'hostile values that a client sends to %s do not affect other connections',
    async (path) => {
      await sendAll(path, texts);
      await bystander.settled();
    },
  );

  it('POST /v1/frames responds to hostile values without a server error', async () => {
    const headers = { authorization: `Bearer ${kit.token(sender)}` };
    for (const body of texts) {
      const { status } = await fetch(`${kit.gateway().http}/v1/frames`, { method: 'POST', headers, body });
      expect([200, 204, 400, 403, 404]).toContain(status);
    }
    await bystander.settled();
  });
});

it('the gateway replies to a frame that is nested too deeply with an error and keeps the connection open', async () => {
  await using client = await kit.connect(sender);
  const before = client.frames.length;
  client.socket.send(`{"type":"send","ref":"deep","to":{"id":${lists(30_000)}},"body":1}`);
  expect(await client.reply('deep', before)).toMatchObject({ type: 'error', code: 'bad-frame', retry: false });
  await client.settled();
});

it('GET /v1/poll responds with 200 or 400 to any query string', async () => {
  const authorization = `Bearer ${kit.token(sender)}`;
  for (const query of [
    'cursor=%',
    'cursor=%00',
    'device=%ff%fe',
    'device=%00',
    'timeout=%zz',
    'cursor[]=1',
    '&&==&',
    `cursor=${'['.repeat(5000)}`,
  ]) {
    const { status } = await fetch(`${kit.gateway().http}/v1/poll?timeout=0&${query}`, { headers: { authorization } });
    expect([200, 400]).toContain(status);
  }
  await bystander.settled();
});
