import { type ClaimedEvent, claimWebhooks, countWebhooks, pushWebhooks, webhookEvent } from '@parley/redis';
import { createLog } from '@parley/service';
import { waitFor } from '@parley/stack';
import { isGenuine, Receiver } from '@parley/stack/test';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { type Product, startServerApi } from '../../test/server-api.ts';
import type { deadSchema } from '../routes/server/webhooks/schemas.ts';
import { startApi } from '../start-api.ts';

const [oldSecret, newSecret] = [Buffer.alloc(24, 1), Buffer.alloc(32, 2)];
const secret = [oldSecret, newSecret].map((bytes) => `whsec_${bytes.toString('base64')}`);
let receiver: Receiver;
let product: Product | undefined;

beforeEach(async () => {
  receiver = await Receiver.start();
});
afterEach(async () => {
  await product?.[Symbol.asyncDispose]();
  product = undefined;
  await receiver.close();
});

/** Starts an api that sends events to the receiver, with short delays between attempts. */
async function start(env: Record<string, string> = {}, endpoint: object = {}): Promise<Product> {
  const hook = { url: receiver.url, name: 'shop', events: ['message', 'friend', 'group'], secret, ...endpoint };
  product = await startServerApi({
    WEBHOOKS: JSON.stringify([hook]),
    WEBHOOK_NETWORKS: '127.0.0.0/8',
    WEBHOOK_RETRIES: '20ms,20ms',
    ...env,
  });
  return product;
}

const push = (to: Product, ...ids: string[]) =>
  pushWebhooks(
    to.api.redis,
    'shop',
    ids.map((id) => webhookEvent(id, 'message.sent', 7, '{"body":{"type":"text","text":"李"}}')),
    100_000,
  );
const came = (count: number) => waitFor(() => receiver.got.length >= count, { message: 'too few requests came' });
const settled = (of: Product) => waitFor(async () => (await countWebhooks(of.api.redis, 'shop')).waiting === 0);
const dead = async (of: Product, query = '') =>
  (await of.call<{ items: z.infer<typeof deadSchema>[]; next: string | null }>('get', `/webhooks/dead${query}`)).body;

describe('an endpoint', () => {
  it('a webhook endpoint receives events that are signed with each of its secrets', async () => {
    const shop = await start();
    await push(shop, 'message_1_2_3');
    await came(1);
    const [request] = receiver.got;
    if (!request) throw new Error('nothing came');
    expect(request.event).toEqual({
      ...{ id: 'message_1_2_3', type: 'message.sent', attempt: 1, date: 7 },
      data: { body: { type: 'text', text: '李' } },
    });
    expect(request.headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': 'message_1_2_3' });
    for (const key of [oldSecret, newSecret]) expect(isGenuine(request, key)).toBe(true);
    expect(isGenuine(request, Buffer.alloc(24))).toBe(false);
    expect(isGenuine({ ...request, body: request.body.replace('李', 'x') }, newSecret)).toBe(false);
    await settled(shop);
  });

  it('a webhook endpoint receives reports without the reported text', async () => {
    const shop = await start({}, { events: ['report'] });
    const [a, b] = await shop.people('a', 'b');
    const { body } = await a.call('post', '/v1/reports', { user: b.id, reason: 'spam', text: 'buys my soul' });
    await came(1);
    await settled(shop);
    expect(receiver.got.map(({ event }) => event)).toMatchObject([
      {
        ...{ id: `report_${body.id}`, type: 'report.created' },
        data: { id: body.id, kind: 'user', reporter: a.id, user: b.id, group: null, message: null, reason: 'spam' },
      },
    ]);
    expect(receiver.got[0]?.body).not.toContain('soul');
  });

  it('a webhook endpoint receives friend events from each side and group events once', async () => {
    const shop = await start();
    const [a, b, c] = await shop.people('a', 'b', 'c');
    await shop.call('put', '/users/a/friends/b');
    const { body: group } = await a.call<{ id: number }>('post', '/v1/groups', { name: 'G', members: [b.id] });
    const invitations = `/v1/groups/${group.id}/invites`;
    const { body: link } = await a.call<{ code: string }>('post', invitations, { approval: true });
    await c.call('post', `/v1/invites/${link.code}/join`, {});
    await came(4);
    await settled(shop);
    const told = receiver.got.map(({ event: { type, data } }) => ({ type, data }));
    expect(told).toHaveLength(4);
    expect(told).toEqual(
      expect.arrayContaining([
        { type: 'friend.accepted', data: { user: a.id, other: b.id } },
        { type: 'friend.accepted', data: { user: b.id, other: a.id } },
        { type: 'group.created', data: { group: group.id, user: a.id } },
        { type: 'group.requested', data: { group: group.id, user: c.id } },
      ]),
    );
    expect(new Set(receiver.got.map(({ event }) => event.id)).size).toBe(4);
  });

  it('a webhook endpoint receives only the kinds of events it subscribed to', async () => {
    const shop = await start({}, { events: ['message'] });
    await shop.people('a', 'b');
    await shop.call('put', '/users/a/friends/b');
    await push(shop, 'm1');
    await came(1);
    await settled(shop);
    expect(receiver.got.map(({ event }) => event.id)).toEqual(['m1']);
  });

  it('the api sends a failed webhook event again with the same id and a new signature', async () => {
    const shop = await start();
    receiver.answers(500, 302);
    await push(shop, 'm1');
    await came(3);
    await settled(shop);
    expect(receiver.got.map(({ event }) => [event.id, event.attempt])).toEqual([
      ['m1', 1],
      ['m1', 2],
      ['m1', 3],
    ]);
    expect(receiver.got.every((request) => isGenuine(request, newSecret))).toBe(true);
    expect((await dead(shop)).items).toEqual([]);
  });

  it('the api sends queued webhook events when the endpoint is available again', async () => {
    const { port } = receiver;
    await receiver.close();
    const shop = await start({ WEBHOOK_RETRIES: Array(200).fill('50ms').join() }, { url: `http://127.0.0.1:${port}/` });
    await push(shop, 'm1');
    await waitFor(async () => {
      const metrics = await (await fetch(`${shop.api.url}/metrics`)).text();
      return /parley_webhook_attempts_total\{[^}]*outcome="again"[^}]*\} [1-9]/.test(metrics);
    });
    receiver = await Receiver.start(port);
    await came(1);
  });

  it('the api honours Retry-After of a webhook endpoint', async () => {
    const shop = await start();
    receiver.answer = (response) => void response.writeHead(429, { 'retry-after': '3600' }).end();
    await push(shop, 'm1');
    await came(1);
    const due = () => shop.api.redis.client.zscore(shop.api.redis.keys.webhook('shop'), 'm1');
    await waitFor(async () => Number(await due()) > Date.now() + 3_000_000);
  });

  it('an attempt that gets a redirect from a webhook endpoint fails without following the redirect', async () => {
    const shop = await start({ WEBHOOK_RETRIES: '10ms' });
    receiver.answer = (response) => void response.writeHead(307, { location: '/other' }).end();
    await push(shop, 'm1');
    await waitFor(async () => (await dead(shop)).items.length === 1);
    expect(receiver.got).toHaveLength(2);
    expect((await dead(shop)).items[0]?.error).toBe('replied 307');
  });

  it('a webhook endpoint that hangs or sends an endless response does not delay other endpoints for long', async () => {
    const shop = await start({ WEBHOOK_TIMEOUT: '300ms' });
    receiver.answer = (response, { event }) => {
      if (event.id === 'hang') return;
      response.writeHead(200);
      response.write('x'.repeat(1_000_000));
    };
    await push(shop, 'hang', 'endless');
    await waitFor(async () => (await dead(shop)).items.length === 1);
    await settled(shop);
    const [gone] = (await dead(shop)).items;
    expect([gone?.event.id, gone?.error]).toEqual(['hang', 'no answer within 300 ms']);
    expect(receiver.got.filter(({ event }) => event.id === 'endless')).toHaveLength(1);
  });

  it('a webhook endpoint whose responses never begin or end does not delay retries to another endpoint', async () => {
    const bad = await Receiver.start();
    bad.answer = (response, { event }) => {
      if (event.id.startsWith('silent')) return;
      response.writeHead(200, { 'content-encoding': 'gzip' }).write('no gzip');
    };
    receiver.answers(500);
    const endpoints = [
      { url: receiver.url, name: 'shop', events: ['message'], secret },
      { url: bad.url, name: 'bad', events: ['message'], secret },
    ];
    const shop = await start({
      WEBHOOKS: JSON.stringify(endpoints),
      WEBHOOK_TIMEOUT: '5m',
      WEBHOOK_CONCURRENCY: '4',
    });
    const ids = Array.from({ length: 20 }, (_, i) => (i < 10 ? `endless-${i}` : `silent-${i}`));
    await pushWebhooks(
      shop.api.redis,
      'bad',
      ids.map((id) => webhookEvent(id, 'message.sent', 7, '{}')),
      100_000,
    );
    // Waits until all attempts in flight to this endpoint are requests that never get a response.
    await waitFor(() => bad.got.filter(({ event }) => event.id.startsWith('silent')).length === 4);
    await push(shop, 'm1', 'm2');
    await settled(shop);
    expect(receiver.got.map(({ event }) => event.id).sort()).toHaveLength(3);
    // Events with a status were delivered once, so only the other events are still waiting.
    expect((await countWebhooks(shop.api.redis, 'bad')).waiting).toBe(10);
    await bad.close();
  });

  it.each(['127.0.0.1', 'localhost'])(
    'a webhook endpoint at %s is rejected unless its network is allowed',
    async (host) => {
      const url = `http://${host}:${receiver.port}/hook`;
      const shop = await start({ WEBHOOK_NETWORKS: '', WEBHOOK_RETRIES: '10ms' }, { url });
      await push(shop, 'm1');
      await waitFor(async () => (await dead(shop)).items.length === 1);
      expect((await dead(shop)).items[0]?.error).toBe(`${host} is at no address that may be reached`);
      expect(receiver.got).toEqual([]);
    },
  );
});

describe('an event', () => {
  it('a webhook event fails permanently after the last attempt; an operator can replay or delete it', async () => {
    const shop = await start();
    receiver.answers(...Array(6).fill(503));
    await push(shop, 'm1', 'm2');
    await waitFor(async () => (await dead(shop)).items.length === 2);
    const first = await dead(shop, '?limit=1');
    const second = await dead(shop, `?limit=1&after=${first.next}&endpoint=shop`);
    expect([...first.items, ...second.items].map(({ event }) => event.id).sort()).toEqual(['m1', 'm2']);
    expect(second.next).toBeNull();
    expect(first.items[0]).toMatchObject({
      ...{ endpoint: 'shop', attempts: 3, error: 'replied 503', died: expect.any(Number) },
      event: { type: 'message.sent', date: 7 },
    });
    expect((await dead(shop, '?endpoint=another')).items).toEqual([]);
    const { body } = await shop.call<{ items: object[] }>('get', '/webhooks');
    expect(body.items).toEqual([
      { endpoint: 'shop', url: receiver.url, events: ['message', 'friend', 'group'], waiting: 0, dead: 2 },
    ]);

    expect((await shop.call('post', '/webhooks/dead/shop:m1/replay')).status).toBe(204);
    await came(7);
    expect(receiver.got.at(-1)?.event).toMatchObject({ id: 'm1', attempt: 1 });
    expect((await shop.call('post', '/webhooks/dead/shop:m1/replay')).status).toBe(404);
    expect((await shop.call('delete', '/webhooks/dead/shop:m2')).status).toBe(204);
    expect((await shop.call('delete', '/webhooks/dead/other:m2')).status).toBe(404);
    expect((await dead(shop)).items).toEqual([]);
  });

  it('a webhook event fails permanently at the first 410', async () => {
    const shop = await start();
    receiver.answers(410);
    await push(shop, 'm1');
    await waitFor(async () => (await dead(shop)).items.length === 1);
    expect(receiver.got).toHaveLength(1);
  });

  it('several replicas deliver each webhook event once if none of them dies', async () => {
    const shop = await start();
    const replica = await startApi(shop.api.config, createLog({ name: 'api', level: 'silent' }));
    const ids = Array.from({ length: 200 }, (_, i) => `m${i}`);
    await push(shop, ...ids);
    await came(200);
    await settled(shop);
    await replica.stop();
    expect(receiver.got.map(({ event }) => event.id).sort()).toEqual(ids.sort());
  });

  it('another worker delivers the webhook event of a worker that died', async () => {
    const shop = await start();
    let claimed: ClaimedEvent[] = [];
    await waitFor(async () => {
      await push(shop, 'm1');
      claimed = await claimWebhooks(shop.api.redis, 'shop', 1, 500);
      return claimed.length === 1 || receiver.got.length > 0;
    });
    await came(1);
    await settled(shop);
  });

  it('webhook events wait while Redis is down, and the api keeps running', async () => {
    const shop = await start();
    await push(shop, 'm1');
    await came(1);
    shop.api.redisGate.shut();
    expect((await fetch(`${shop.api.url}/healthz`)).status).toBe(200);
    shop.api.redisGate.open();
    await push(shop, 'm2');
    await came(2);
  });
});
