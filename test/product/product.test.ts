import { connectRedis } from '@parley/redis';
import { type Stack, waitFor } from '@parley/stack';
import { isGenuine, Receiver, startTestStack } from '@parley/stack/test';
import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Client } from '../gateway/client.ts';

const key = 'key-of-the-product-long-enough-for-anything';
const secret = Buffer.alloc(32, 7);
let receiver: Receiver;
let stack: Stack;
beforeAll(async () => {
  receiver = await Receiver.start();
  stack = await startTestStack({
    env: {
      API_KEYS: key,
      WEBHOOKS: JSON.stringify([
        { url: receiver.url, events: ['message', 'presence'], secret: `whsec_${secret.toString('base64')}` },
      ]),
      TOKEN_ISSUERS: JSON.stringify([{ issuer: 'product', audience: 'chat', secret: key }]),
      WEBHOOK_NETWORKS: '127.0.0.0/8',
      WEBHOOK_RETRIES: Array(600).fill('200ms').join(),
      SEND_RATE: '1000',
      SEND_BURST: '1000',
    },
  });
}, 120_000);
afterAll(async () => {
  await stack?.stop();
  await receiver?.close();
});

async function call<T>(method: string, path: string, body: unknown): Promise<T> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const answer = await fetch(`${stack.apiUrl}/v1/server${path}`, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

it('every webhook is delivered, even after outages of the receiver, the api and the recorder', async () => {
  const ann = await call<{ id: number }>('put', '/users/ann', { name: 'Ann' });
  const ben = await call<{ id: number }>('put', '/users/ben', { name: 'Ben' });
  await call('put', '/users/ann/friends/ben', undefined);
  const { accessToken } = await call<{ accessToken: string }>('post', '/tokens', { user: 'ann' });
  await using client = await Client.open((stack.gatewayUrls[0] ?? '').replace('http', 'ws'), accessToken);

  const { port } = receiver;
  const sent: number[] = [];
  const send = async (from: number) => {
    const texts = Array.from({ length: 30 }, (_, i) => `text ${from + i}`);
    sent.push(...(await client.texts(ben.id, texts)).map(({ id }) => id));
  };
  await send(0);
  await waitFor(() => receiver.got.some(({ event }) => event.type === 'message.sent'));
  await receiver.close();
  await send(30);
  await stack.processes.api.kill();
  await stack.processes.recorders[0]?.kill();
  await send(60);
  const before = receiver;
  receiver = await Receiver.start(port);
  await Promise.all([stack.processes.api.restart(), stack.processes.recorders[0]?.restart()]);

  const told = () => [...before.got, ...receiver.got];
  const ids = () => new Set(told().flatMap(({ event }) => (event.type === 'message.sent' ? [event.data.id] : [])));
  await waitFor(() => sent.every((id) => ids().has(id)), {
    timeout: 60_000,
    message: () => `${ids().size} of ${sent.length} messages were delivered`,
  });
  expect(sent).toHaveLength(90);
  expect(ids().size).toBe(90);
  expect(told().every((request) => isGenuine(request, secret))).toBe(true);
  expect(told().map(({ event }) => [event.type, event.data.user])).toContainEqual(['presence.online', ann.id]);
}, 120_000);

it('an edit with the server API changes both copies of a message', async () => {
  const dan = await call<{ id: number }>('put', '/users/dan', { name: 'Dan' });
  const eve = await call<{ id: number }>('put', '/users/eve', { name: 'Eve' });
  await call('put', '/users/dan/friends/eve', undefined);
  const body = (text: string) => ({ type: 'text', text });
  const { id } = await call<{ id: number }>('post', '/messages', {
    ...{ from: 'dan', to: 'eve', ref: '1', body: body('wrong') },
  });
  const paths = [`/users/dan/chats/${eve.id}/messages/${id}`, `/users/eve/chats/${dan.id}/messages/${id}`] as const;
  const read = async (path: string) =>
    (await call<{ body?: object }>('get', path, undefined).catch(() => undefined))?.body;
  await waitFor(async () => (await read(paths[1])) !== undefined);
  await call('PATCH', paths[1], { body: body('right') });
  for (const path of paths) await waitFor(async () => JSON.stringify(await read(path))?.includes('right') === true);
  expect(await Promise.all(paths.map(read))).toEqual([body('right'), body('right')]);
});

it('a token that the product signed is accepted until the product deactivates its user', async () => {
  const cat = await call<{ id: number }>('put', '/users/cat', { name: 'Cat' });
  const token = jwt.sign({}, key, { issuer: 'product', audience: 'chat', subject: 'cat', expiresIn: 600 });
  const gateway = (stack.gatewayUrls[0] ?? '').replace('http', 'ws');
  // Simulates that the permit copies of the api are lost. The recorder restores them for the
  // gateway.
  const link = await connectRedis({ url: stack.redisUrl });
  await Promise.all([link.keys.external('cat'), link.keys.copy(cat.id)].map((key) => link.client.del(key)));
  await link.close();
  await using client = await Client.open(gateway, token);
  expect((await client.welcome()).user).toBe(cat.id);
  const me = await fetch(`${stack.apiUrl}/v1/me`, { headers: { authorization: `Bearer ${token}` } });
  expect(await me.json()).toMatchObject({ id: cat.id, name: 'Cat' });

  await call('delete', '/users/cat', undefined);
  await waitFor(() => client.closed?.code === 4003);
  await using again = Client.start(gateway, token);
  // The upgrade was refused with 401, which a WebSocket client reports as 1006.
  await waitFor(() => again.closed?.code === 1006);
  await call('put', '/users/cat', {});
  await using back = await Client.open(gateway, token);
  expect((await back.welcome()).user).toBe(cat.id);
});
