import { claimWebhooks, countWebhooks, GATEWAY_FORGOTTEN_AFTER } from '@parley/redis';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Kit } from './kit.ts';

const endpoint = { id: 'presence', url: 'https://shop.example', events: ['presence'] as const, secrets: [] };
const other = { ...endpoint, id: 'messages', events: ['message'] as const };
let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start(2, { webhooks: [endpoint, other] });
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

it("the gateway sends a webhook when a user goes online or offline, but not for each of the user's connections", async () => {
  const [user] = await kit.friends();
  const told: unknown[] = [];
  const tell = async () => {
    for (const { text } of await claimWebhooks(kit.link, 'presence', 10, 60_000)) told.push(JSON.parse(text));
    return told.length;
  };
  const phone = await kit.connect(user, 0, { device: 'phone' });
  const tablet = await kit.connect(user, 1, { device: 'tablet' });
  await phone[Symbol.asyncDispose]();
  await waitFor(async () => (await kit.link.client.hlen(kit.link.keys.online(user))) === 1);
  await tablet[Symbol.asyncDispose]();
  await waitFor(async () => (await tell()) === 2);
  expect(told).toEqual(
    ['presence.online', 'presence.offline'].map((type) => ({
      id: expect.stringMatching(new RegExp(`^presence_${user}_\\d+_[0-9a-f]{12}$`)),
      type,
      date: expect.any(Number),
      data: { user },
    })),
  );
  expect(await countWebhooks(kit.link, 'messages')).toEqual({ waiting: 0, dead: 0 });
});

it('another gateway sends the offline webhooks for users of a killed gateway', async () => {
  await using own = await Kit.start(2, { webhooks: [endpoint], probeInterval: 100 });
  const [user] = await own.friends();
  await own.link.client.hset(own.link.keys.online(user), 'killed', 1);
  await own.link.client.zadd(own.link.keys.gateways, Date.now() - GATEWAY_FORGOTTEN_AFTER, 'killed');
  const [{ text }] = await waitFor(async () => {
    const [event] = await claimWebhooks(own.link, 'presence', 10, 60_000);
    return event && ([event] as const);
  });
  expect(JSON.parse(text)).toMatchObject({ type: 'presence.offline', data: { user } });
});
