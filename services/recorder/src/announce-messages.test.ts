import { messageDate } from '@parley/protocol';
import {
  addBadges,
  type ClaimedEvent,
  claimWebhooks,
  connect,
  countWebhooks,
  heartbeat,
  writeFocus,
} from '@parley/redis';
import { startTestRedis, type TestRedis, waitFor } from '@parley/stack';
import { testDatabase } from '@parley/stack/test';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { edit, groupMessage, mark, message, notice, react, recall } from './testing/entries.ts';
import { Fixture } from './testing/fixture.ts';
import { addEntries, drained, runRecorder, testConnection } from './testing/running.ts';

const BUCKETS = 4;
const WEBHOOKS = JSON.stringify([
  { url: 'https://one.example', name: 'one', events: ['message'] },
  { url: 'https://two.example', name: 'two', events: ['friend', 'presence'] },
]);
let redis: TestRedis;
let url: string;
beforeAll(async () => {
  redis = await startTestRedis({ args: ['--appendfsync', 'no'] });
  url = await testDatabase();
});
afterAll(() => redis.stop());
const env = (more: object = {}) => ({
  ...{ REDIS_URL: redis.url, DATABASE_URL: url, BUCKETS: String(BUCKETS), WEBHOOKS },
  ...more,
});
const told = (claimed: ClaimedEvent[]) => claimed.map(({ text }) => JSON.parse(text));

it('the recorder queues webhook events of committed messages for endpoints that subscribe to messages', async () => {
  await using link = await testConnection(redis.url, BUCKETS);
  await using world = new Fixture(url);
  const [a, b, c] = await world.users(3);
  const group = await world.group([a, b, c]);
  const date = messageDate(4096);
  await addEntries(link, a % BUCKETS, [
    message(4096, a, b, '李 "1"'),
    mark(b, a, { read: 4096 }),
    edit(a, b, 4096, 7, 'two'),
    react(b, a, 4096, 8, '👍', true),
    recall(a, b, 4096, 9),
  ]);
  await addEntries(link, group % BUCKETS, [groupMessage(8192, c, group), notice(8193, group)]);
  await using _ = await runRecorder(env());
  await drained(link);
  const events = told(await claimWebhooks(link, 'one', 100, 60_000));
  const conversation = `${a}_${b}`;
  const data = { id: 4096, conversation };
  expect(events).toHaveLength(5);
  // Changes have the dates of their entries in the record stream.
  expect(events).toEqual(
    expect.arrayContaining([
      {
        id: `message_${conversation}_4096`,
        type: 'message.sent',
        date,
        data: { ...data, from: a, to: b, date, ref: 'r4096', body: { type: 'text', text: '李 "1"' } },
      },
      {
        id: expect.stringMatching(`^edit_${conversation}_4096_${a}_\\d{13}$`),
        type: 'message.edited',
        date: expect.any(Number),
        data: { ...data, user: a, date: expect.any(Number), body: { type: 'text', text: 'two' } },
      },
      {
        id: expect.stringMatching(`^react_${conversation}_4096_${b}_\\d{13}_true_f09f918d$`),
        type: 'message.reacted',
        date: expect.any(Number),
        data: { ...data, user: b, date: expect.any(Number), emoji: '👍', active: true },
      },
      {
        id: expect.stringMatching(`^recall_${conversation}_4096_${a}_\\d{13}$`),
        type: 'message.recalled',
        date: expect.any(Number),
        data: { ...data, user: a, date: expect.any(Number) },
      },
      expect.objectContaining({ id: `message_g${group}_8192`, type: 'message.sent' }),
    ]),
  );
  expect(await countWebhooks(link, 'two')).toEqual({ waiting: 0, dead: 0 });
});

it('the recorder drops and logs webhook events that exceed the queue of an endpoint', async () => {
  await using link = await testConnection(redis.url, BUCKETS);
  await using world = new Fixture(url);
  const [a, b] = await world.users(2);
  const WEBHOOKS = JSON.stringify([{ url: 'https://slow.example', name: 'slow', events: ['message'] }]);
  await using _ = await runRecorder(env({ WEBHOOKS, WEBHOOK_BACKLOG: '3' }));
  await addEntries(
    link,
    a % BUCKETS,
    Array.from({ length: 10 }, (_, i) => message(i + 1, a, b)),
  );
  await drained(link);
  expect((await countWebhooks(link, 'slow')).waiting).toBe(3);
  expect(await world.chat(b, a)).toMatchObject({ last_id: 10 });
});

it.each([
  ['Web Push', { PUSH_PUBLIC_KEY: 'key' }],
  ['FCM', { FCM_PROJECT: 'parley-test' }],
  ['APNs', { APNS_KEY_ID: 'KEY1234567' }],
])(
  'with %s, the recorder queues push events only for users with a device, and none for a silent message',
  async (_service, settings) => {
    await using link = await testConnection(redis.url, BUCKETS);
    await using world = new Fixture(url);
    const [a, b] = await world.users(2);
    await using _ = await runRecorder(env({ WEBHOOKS: '[]', ...settings }));
    let id = 100_000;
    /** Records a message and returns how many push events it queued. */
    const push = async (to: number, more: object = {}) => {
      const { waiting: before } = await countWebhooks(link, '~push');
      id += 1;
      await addEntries(link, a % BUCKETS, [{ ...message(id, a, to), ...more }]);
      await drained(link);
      return (await countWebhooks(link, '~push')).waiting - before;
    };
    await waitFor(async () => (await push(b)) === 0, { message: 'the recorder does not know the push users' });
    await world.db
      .insertInto('push_subscriptions')
      .values({
        endpoint: `https://push.example/${b}`,
        user_id: b,
        session_id: null,
        p256dh: '',
        auth: '',
        language: 'en',
      })
      .execute();
    await waitFor(async () => (await push(b)) === 1, { message: 'no push event for a new device' });
    expect(await push(a)).toBe(0);
    expect(await push(b, { silent: true })).toBe(0);
  },
);

it('the recorder queues no push event for a recipient who is looking at the chat', async () => {
  await using link = await testConnection(redis.url, BUCKETS);
  await using world = new Fixture(url);
  const [a, b, c] = await world.users(3);
  const group = await world.group([a, b]);
  const device = { endpoint: `https://push.example/seen/${b}`, session_id: null, p256dh: '', auth: '', language: 'en' };
  await world.db
    .insertInto('push_subscriptions')
    .values({ ...device, user_id: b })
    .execute();
  await using _ = await runRecorder(env({ WEBHOOKS: '[]', PUSH_PUBLIC_KEY: 'key' }));
  await heartbeat(link, 'g1');
  await connect(link, { user: b, gateway: 'g1', count: () => 1, most: 16, live: ['g1'] });
  await writeFocus(link, { user: b, gateway: 'g1', chats: () => [a, group] });
  await addEntries(link, a % BUCKETS, [message(200_001, a, b)]);
  await addEntries(link, c % BUCKETS, [message(200_002, c, b)]);
  await addEntries(link, group % BUCKETS, [groupMessage(200_003, a, group)]);
  await drained(link);
  const queued = told(await claimWebhooks(link, '~push', 100, 60_000)).map(({ data }) => data.id);
  // Whether the members of a group are looking at it is decided when the message is pushed.
  expect(queued.filter((id) => id > 200_000).toSorted()).toEqual([200_002, 200_003]);
});

it('the recorder queues one badge event per second for a reader whose phone might show a number, and none for other readers', async () => {
  await using link = await testConnection(redis.url, BUCKETS);
  await using world = new Fixture(url);
  const [a, b, c] = await world.users(3);
  const device = { session_id: null, p256dh: '', auth: '', language: 'en' };
  for (const user of [b, c])
    await world.db
      .insertInto('push_subscriptions')
      .values({ ...device, endpoint: `fcm:badge-${user}`, user_id: user })
      .execute();
  await addBadges(link, [a, b]);
  await using _ = await runRecorder(env({ WEBHOOKS: '[]', FCM_PROJECT: 'parley-test' }));
  await addEntries(link, a % BUCKETS, [
    mark(b, a, { read: 300_001 }),
    mark(b, a, { read: 300_002 }),
    mark(b, c, { delivered: 300_003 }),
    mark(c, a, { read: 300_001 }),
  ]);
  await drained(link);
  const queued = await link.client.hkeys(link.keys.webhookEvents('~push'));
  const users = queued.filter((id) => id.startsWith('badge_')).map((id) => Number(id.split('_')[1]));
  expect(users.filter((user) => user !== a)).toEqual([b]);
});
