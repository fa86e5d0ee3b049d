import { groupConversation, userConversation } from '@parley/protocol';
import { pushWebhooks, webhookEvent } from '@parley/redis';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import webPush from 'web-push';
import { isFrom, PushService } from '../../test/push-service.ts';
import { type Person, TestApi } from '../../test/test-api.ts';

const keys = webPush.generateVAPIDKeys();
let api: TestApi;
let service: PushService;
beforeAll(async () => {
  service = await PushService.start();
  const limits = { MAX_PUSH_SUBSCRIPTIONS: '2', PUSH_TIMEOUT: '1s', PUSH_RETRIES: '10ms,10ms' };
  const vapid = { PUSH_PUBLIC_KEY: keys.publicKey, PUSH_PRIVATE_KEY: keys.privateKey };
  api = await TestApi.start({ ...vapid, PUSH_NETWORKS: '127.0.0.0/8', ...limits });
});
afterAll(async () => {
  await api?.[Symbol.asyncDispose]();
  await service?.close();
});
beforeEach(() => {
  service.got.length = 0;
  service.status = 201;
  service.headers = {};
  service.statusOf = undefined;
});

async function subscribe(person: Person, language = 'en', choices: object = {}) {
  const subscription = service.subscribe();
  const { status } = await person.call('put', '/v1/push/subscriptions', { ...subscription, language, ...choices });
  expect(status).toBe(204);
  return subscription;
}

let last = 1000;
/** Queues the push event of a recorded message. */
async function recorded(
  from: Person,
  to: number,
  body: object,
  conversation = userConversation(from.id, to),
  mentions?: number[],
): Promise<number> {
  last += 1;
  const data = JSON.stringify({ id: last, conversation, from: from.id, to, date: last, body, mentions });
  await pushWebhooks(
    api.redis,
    '~push',
    [webhookEvent(`message_${conversation}_${last}`, 'message.sent', last, data)],
    1000,
  );
  return last;
}
const text = (said: string) => ({ type: 'text', text: said });

/** Stores a message in one copy, as the recorder does. */
async function store(owner: number, peer: number, { id = 0, sender, body = text(''), ...more }: Stored): Promise<void> {
  const row = { owner_id: owner, peer_id: peer, id, sender_id: sender, body: JSON.stringify(body), ...more };
  await api.db.insertInto('messages').values(row).execute();
  await api.db.updateTable('groups').set({ last_id: id }).where('id', '=', owner).execute();
}
interface Stored {
  id?: number;
  sender: number;
  body?: object;
  mentions?: number[];
  recalled?: number;
}

/**
 * Waits until earlier messages are processed. Pushes a new message, which the same worker processes
 * last.
 */
async function settled(): Promise<void> {
  const idle = async () => (await api.redis.client.zcard(api.redis.keys.webhook('~push'))) === 0;
  await waitFor(idle, { message: 'messages wait to be pushed' });
}

describe('a browser', () => {
  it('a browser receives encrypted and signed notifications while its user is offline', async () => {
    const [ann, ben] = await api.people();
    const { endpoint } = await subscribe(ann);
    await recorded(ben, ann.id, text('hello 李'));
    await waitFor(() => service.got.length === 1);
    const [pushed] = service.got;
    expect(pushed).toMatchObject({ endpoint, shown: { chat: ben.id, title: ben.session.user.name, text: 'hello 李' } });
    expect(pushed?.headers).toMatchObject({ 'content-encoding': 'aes128gcm', ttl: '86400' });
    expect(pushed && isFrom(pushed, keys.publicKey)).toBe(true);
  });

  it("a push notification is in the browser's language and shows the recipient's own name for the sender", async () => {
    const [ann, ben] = await api.people();
    await ann.befriend(ben);
    await ann.call('patch', `/v1/friends/${ben.id}`, { remark: 'Benny' });
    const { body: group } = await ann.call<{ id: number }>('post', '/v1/groups', {
      name: `Hike ${ann.id}`,
      members: [ben.id],
    });
    await subscribe(ann, 'zh');
    await recorded(ben, ann.id, { type: 'image', media: 7, name: 'a.png', size: 1, mime: 'image/png' });
    await waitFor(() => service.got.length === 1);
    expect(service.got[0]?.shown).toEqual({ chat: ben.id, title: 'Benny', text: '[图片]', badge: 0 });
    await recorded(ben, group.id, text('hi'), groupConversation(group.id));
    await waitFor(() => service.got.length === 2);
    expect(service.got[1]?.shown).toEqual({ chat: group.id, title: `Hike ${ann.id}`, text: 'Benny: hi', badge: 0 });
  });

  it('a browser receives no push notifications for muted chats, read messages and own messages', async () => {
    const [ann, ben, carl] = await api.people();
    for (const other of [ben, carl]) await ann.befriend(other);
    for (const person of [ann, ben]) await subscribe(person);
    await ann.call('put', `/v1/chats/${ben.id}`);
    await ann.call('patch', `/v1/chats/${ben.id}`, { muted: true });
    await recorded(ben, ann.id, text('muted'));
    await recorded(carl, ann.id, text('heard'));
    await settled();
    expect(service.got.map(({ shown }) => shown.text)).toEqual(['heard']);
  });

  it('a browser receives no push notifications after its session or subscription ended', async () => {
    const [[ann, ben, carl], dora] = [await api.people(), await api.person()];
    const { endpoint } = await subscribe(ann);
    expect((await ann.call('delete', '/v1/push/subscriptions', { endpoint })).status).toBe(204);
    await subscribe(carl);
    await carl.call('delete', '/v1/sessions/current');
    await subscribe(dora);
    service.status = 410;
    await recorded(ben, dora.id, text('gone'));
    await waitFor(() => service.got.length === 1);
    for (const { id } of [ann, carl, dora]) await recorded(ben, id, text('late'));
    await settled();
    expect(service.got).toHaveLength(1);
  });

  it.each([
    ['429 with Retry-After of an hour', 429, { 'retry-after': '3600' }, 1],
    ['400', 400, {}, 1],
    ['429', 429, {}, 3],
    ['500', 500, {}, 3],
    ['503', 503, {}, 3],
    ['nothing', 'hang', {}, 3],
  ] as const)(
    'a browser loses a notification, but stays subscribed, when its service always returns %s',
    async (_, status, headers, attempts) => {
      const [ann, ben] = await api.people();
      await subscribe(ann);
      Object.assign(service, { status, headers });
      await recorded(ben, ann.id, text('lost'));
      await settled();
      service.status = 201;
      await recorded(ben, ann.id, text('next'));
      await settled();
      expect(service.got.map(({ shown }) => shown.text)).toEqual([...Array(attempts).fill('lost'), 'next']);
    },
  );

  it('a browser receives a notification later if its push service failed at first', async () => {
    const [ann, ben, carl] = await api.people();
    for (const person of [ann, carl]) await subscribe(person);
    const { body: group } = await ben.call<{ id: number }>('post', '/v1/groups', {
      name: `Hike ${ben.id}`,
      members: [],
    });
    for (const { id } of [ann, carl])
      await api.db.insertInto('group_members').values({ group_id: group.id, user_id: id, role: 'member' }).execute();
    // One of both services fails.
    const failing = (await subscribe(ann)).endpoint;
    service.statusOf = ({ endpoint }, before) => (endpoint === failing && before === 0 ? 503 : 201);
    await recorded(ben, group.id, text('x'.repeat(1000)), groupConversation(group.id));
    await settled();
    const sent = new Map<string, number>();
    for (const { endpoint, shown } of service.got) {
      expect(shown.text).toBe(`${ben.session.user.name}: ${'x'.repeat(200)}…`);
      sent.set(endpoint, (sent.get(endpoint) ?? 0) + 1);
    }
    expect([...sent].filter(([endpoint]) => endpoint !== failing).map(([, count]) => count)).toEqual([1, 1]);
    expect(sent.get(failing)).toBe(2);
  });

  it('the api does not retry a notification if the user has read the message or has received a newer one', async () => {
    const [ann, ben, carl] = await api.people();
    await subscribe(ann);
    const waiting = async () => await api.redis.client.zrange(api.redis.keys.webhook('~push'), '0', '-1');
    service.status = 503;
    service.headers = { 'retry-after': '60' };
    const [read, older] = [await recorded(ben, ann.id, text('read')), await recorded(carl, ann.id, text('older'))];
    await waitFor(async () => (await waiting()).filter((id) => id.includes('_retry1_')).length === 2);
    const chat = { owner_id: ann.id, is_group: false };
    await api.db
      .insertInto('chats')
      .values([
        { ...chat, peer_id: ben.id, last_id: read, read_id: read },
        { ...chat, peer_id: carl.id, last_id: older + 1 },
      ])
      .execute();
    await store(ann.id, carl.id, { id: older + 1, sender: carl.id });
    service.status = 201;
    for (const id of await waiting()) await api.redis.client.zadd(api.redis.keys.webhook('~push'), 'XX', 0, id);
    await settled();
    expect(service.got.map(({ shown }) => shown.text).sort()).toEqual(['older', 'read']);
  });

  it("only a newer message that is pushed to a device ends the retries of a group's older message", async () => {
    const [ann, ben, carl, dora] = [...(await api.people()), await api.person()];
    const { body: group } = await ben.call<{ id: number }>('post', '/v1/groups', {
      name: `Hike ${ben.id}`,
      members: [],
    });
    for (const person of [ann, carl, dora]) {
      await subscribe(person, 'en', { mentionsOnly: person === carl });
      await api.db
        .insertInto('group_members')
        .values({ group_id: group.id, user_id: person.id, role: 'member' })
        .execute();
    }
    const waiting = async () => await api.redis.client.zrange(api.redis.keys.webhook('~push'), '0', '-1');
    const retry = async (said: string, ...newer: Stored[]): Promise<number> => {
      service.got.length = 0;
      service.status = 503;
      service.headers = { 'retry-after': '60' };
      const users = [ann.id, carl.id, dora.id];
      const id = await recorded(ben, group.id, text(said), groupConversation(group.id), users);
      await waitFor(async () => (await waiting()).filter((each) => each.includes('_retry1_')).length === 3);
      for (const [i, each] of newer.entries()) await store(group.id, group.id, { ...each, id: id + 1 + i });
      last += newer.length;
      service.status = 201;
      for (const each of await waiting()) await api.redis.client.zadd(api.redis.keys.webhook('~push'), 'XX', 0, each);
      await settled();
      return service.got.length - 3;
    };
    const notice = { sender: group.id, body: { type: 'notice', notice: 'renamed', name: 'Hike' } };
    expect(await retry('before a notice', notice)).toBe(3);
    expect(await retry('before a recalled message', { sender: ben.id, recalled: 1 })).toBe(3);
    // The phone of Carl gets only messages that mention him.
    expect(await retry('before a message', notice, { sender: ben.id })).toBe(1);
    expect(await retry('before a mention', { sender: ben.id, mentions: [carl.id] })).toBe(0);
  });

  it.each([404, 410])('a browser is removed when its push service returns %i', async (status) => {
    const [ann, ben] = await api.people();
    await subscribe(ann);
    service.status = status;
    await recorded(ben, ann.id, text('gone'));
    await settled();
    expect((await ann.get('/v1/push/devices')).body).toMatchObject({ items: [] });
  });

  it('the api deletes a device that was not registered again within PUSH_DEVICE_TTL', async () => {
    const vapid = { PUSH_PUBLIC_KEY: keys.publicKey, PUSH_PRIVATE_KEY: keys.privateKey };
    await using own = await TestApi.start({ ...vapid, PUSH_NETWORKS: '127.0.0.0/8', PUSH_DEVICE_TTL: '10s' });
    const [ann, ben] = await own.people();
    const seen = async (person: Person, date: number) => {
      await subscribe(person);
      await own.db.updateTable('push_subscriptions').set({ seen: date }).where('user_id', '=', person.id).execute();
    };
    await seen(ben, Date.now() + 3_600_000);
    await seen(ann, Date.now() - 11_000);
    const devices = async ({ id }: Person) =>
      (await own.db.selectFrom('push_subscriptions').select('seen').where('user_id', '=', id).execute()).length;
    await waitFor(async () => (await devices(ann)) === 0, { message: 'the device is still there' });
    expect(await devices(ben)).toBe(1);
  });

  it('a push subscription belongs to the user who subscribed last', async () => {
    const [ann, ben, carl] = await api.people();
    const { endpoint, keys } = await subscribe(ann);
    await ben.call('put', '/v1/push/subscriptions', { endpoint, keys });
    await recorded(carl, ann.id, text('for Ann'));
    await recorded(carl, ben.id, text('for Ben'));
    await settled();
    expect(service.got.map(({ shown }) => shown.text)).toEqual(['for Ben']);
  });

  it("a push subscription above the maximum replaces the user's oldest one", async () => {
    const [ann, ben] = await api.people();
    const [, second, third] = [await subscribe(ann), await subscribe(ann), await subscribe(ann)];
    await recorded(ben, ann.id, text('hi'));
    await settled();
    expect(service.got.map(({ endpoint }) => endpoint).sort()).toEqual([second.endpoint, third.endpoint].sort());
  });
});

describe('a subscription', () => {
  it.each([
    ['http://10.1.2.3/x'],
    ['https://169.254.169.254/latest'],
    ['http://push.example/x'],
    ['ftp://push.example/x'],
    ['https://[::1]/x'],
    ['nonsense'],
  ])('a push subscription to %s is rejected or never contacted', async (endpoint) => {
    await using strict = await TestApi.start({ PUSH_PUBLIC_KEY: keys.publicKey, PUSH_PRIVATE_KEY: keys.privateKey });
    const ann = await strict.person();
    const { status } = await ann.call('put', '/v1/push/subscriptions', { ...service.subscribe(), endpoint });
    expect(status).toBe(400);
  });

  it('a push subscription with invalid keys is rejected', async () => {
    const ann = await api.person();
    const { endpoint, keys } = service.subscribe();
    for (const wrong of [{ ...keys, auth: 'short' }, { ...keys, p256dh: keys.auth }, {}])
      expect((await ann.call('put', '/v1/push/subscriptions', { endpoint, keys: wrong })).status).toBe(400);
  });

  it('the api responds 404 to push subscriptions if it has no VAPID keys', async () => {
    await using plain = await TestApi.start();
    const ann = await plain.person();
    expect((await ann.get('/v1/push')).status).toBe(404);
    expect((await ann.call('put', '/v1/push/subscriptions', service.subscribe())).status).toBe(404);
    expect((await (await api.person()).get<{ key: string }>('/v1/push')).body).toEqual({ key: keys.publicKey });
  });
});
