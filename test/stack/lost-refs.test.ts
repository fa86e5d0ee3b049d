import type { SendAck } from '@parley/protocol';
import { connectRedis, type RedisConnection, readMarks } from '@parley/redis';
import { type Stack, startTestRedis, type TestRedis, waitFor } from '@parley/stack';
import { startTestStack } from '@parley/stack/test';
import { afterAll, beforeAll, expect, it } from 'vitest';

const key = 'key-of-the-product-long-enough-for-anything';
let server: TestRedis;
let redis: RedisConnection;
let stack: Stack;
beforeAll(async () => {
  server = await startTestRedis();
  redis = await connectRedis({ url: server.url, name: 'test' });
  stack = await startTestStack({ redisUrl: server.url, env: { API_KEYS: key } });
}, 120_000);
afterAll(async () => {
  await stack?.stop();
  await redis?.close();
  await server?.stop();
});

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
  const answer = await fetch(`${stack.apiUrl}/v1/server${path}`, init);
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

it('the gateway recognises the resend of a message in PostgreSQL after Redis has lost all data', async () => {
  const [ann, ben] = [
    await call<{ id: number }>('put', '/users/ann', { name: 'Ann' }),
    await call<{ id: number }>('put', '/users/ben', { name: 'Ben' }),
  ];
  await call('put', '/users/ann/friends/ben');
  const group = await call<{ id: number }>('put', '/groups/team', { name: 'Team', owner: 'ann', members: ['ben'] });
  const tokens = {
    ann: (await call<{ accessToken: string }>('post', '/tokens', { user: 'ann' })).accessToken,
    ben: (await call<{ accessToken: string }>('post', '/tokens', { user: 'ben' })).accessToken,
  };
  const post = async (from: 'ann' | 'ben', to: number, ref: string): Promise<SendAck | { type: 'error' }> => {
    const headers = { authorization: `Bearer ${tokens[from]}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ type: 'send', ref, to, body: { type: 'text', text: ref } });
    const answer = await fetch(`${stack.gatewayUrls[0]}/v1/frames`, { method: 'POST', headers, body });
    return (await answer.json()) as SendAck | { type: 'error' };
  };
  const send = (from: 'ann' | 'ben', to: number, ref: string) =>
    waitFor(async () => {
      const reply = await post(from, to, ref);
      return reply.type === 'ack' && reply;
    });
  const longRef = 'a ref of more than sixteen characters';
  const first = await send('ann', ben.id, 'first');
  const second = await send('ann', ben.id, longRef);
  const inGroup = await send('ann', group.id, 'first');
  const byServer = await call<{ id: number }>('post', '/messages', {
    ...{ from: 'ben', to: 'ann', ref: 'server', body: { type: 'text', text: 'server' } },
  });
  const items = async (chat: number) =>
    (await call<{ items: { id: number }[] }>('get', `/users/ann/chats/${chat}/messages`)).items.map(({ id }) => id);
  await waitFor(async () => (await items(ben.id)).length === 3 && (await items(group.id)).includes(inGroup.id));
  await waitFor(async () => ((await readMarks(redis))[0]?.mark ?? 0) > 0, { timeout: 20_000 });

  await server.restart({ empty: true });

  const again = await send('ann', ben.id, 'first');
  expect(again).toMatchObject({ id: first.id, duplicate: true });
  expect(await send('ann', ben.id, longRef)).toMatchObject({ id: second.id, duplicate: true });
  expect(await send('ann', group.id, 'first')).toMatchObject({ id: inGroup.id, duplicate: true });
  expect(await send('ben', ann.id, 'first')).toMatchObject({ duplicate: false });
  expect(await send('ann', ben.id, 'other')).toMatchObject({ duplicate: false });
  expect(
    await call('post', '/messages', { from: 'ben', to: 'ann', ref: 'server', body: { type: 'text', text: 'server' } }),
  ).toMatchObject({ id: byServer.id, duplicate: true });
  await waitFor(async () => (await items(ben.id)).length === 5);
}, 120_000);
