import { groupConversation, userConversation } from '@parley/protocol';
import { connect, heartbeat, writeFocus } from '@parley/redis';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import webPush from 'web-push';
import { PushService } from '../../test/push-service.ts';
import { delayed, pushed, queuePush } from '../../test/queue-push.ts';
import { type Person, TestApi } from '../../test/test-api.ts';

const vapid = webPush.generateVAPIDKeys();
let api: TestApi;
let service: PushService;
beforeAll(async () => {
  service = await PushService.start();
  const keys = { PUSH_PUBLIC_KEY: vapid.publicKey, PUSH_PRIVATE_KEY: vapid.privateKey };
  api = await TestApi.start({ ...keys, PUSH_NETWORKS: '127.0.0.0/8', PUSH_DELAY: '10m' });
});
afterAll(async () => {
  await api?.[Symbol.asyncDispose]();
  await service?.close();
});
beforeEach(() => {
  service.got.length = 0;
});

const text = (said: string) => ({ type: 'text', text: said });
const say = (from: Person, to: number, said: string, conversation = userConversation(from.id, to)) =>
  queuePush(api, { from, to, body: text(said), conversation });
const shown = () => service.got.map(({ shown }) => shown.text);

async function subscribe(person: Person, choices: object = {}): Promise<void> {
  const { status } = await person.call('put', '/v1/push/subscriptions', { ...service.subscribe(), ...choices });
  expect(status).toBe(204);
}

/** Opens a connection for a user who is viewing the given chats. */
async function open({ id: user }: Person, ...chats: number[]): Promise<void> {
  await heartbeat(api.redis, 'g1');
  await connect(api.redis, { user, gateway: 'g1', count: () => 1, most: 16, live: ['g1'] });
  await writeFocus(api.redis, { user, gateway: 'g1', chats: () => chats });
}

it('the api pushes at once to a user without a connection, and after PUSH_DELAY to a connected user', async () => {
  const [ann, ben, carl] = await api.people();
  for (const person of [ann, ben]) await subscribe(person);
  await open(ben);
  await say(carl, ann.id, 'away');
  await say(carl, ben.id, 'connected');
  const later = await delayed(api, 1);
  await waitFor(() => service.got.length === 1);
  expect(shown()).toEqual(['away']);
  await later.passed();
  await pushed(api);
  expect(shown()).toEqual(['away', 'connected']);
});

it('the api does not push a message that a connected user reads or its sender recalls within PUSH_DELAY', async () => {
  const [ann, ben, carl] = await api.people();
  await subscribe(ann);
  await open(ann);
  const [read, recalled] = [await say(ben, ann.id, 'read'), await say(carl, ann.id, 'recalled')];
  const later = await delayed(api, 2);
  await api.db
    .insertInto('chats')
    .values({ owner_id: ann.id, peer_id: ben.id, is_group: false, read_id: read })
    .execute();
  const message = { owner_id: ann.id, peer_id: carl.id, id: recalled, sender_id: carl.id, recalled: 1 };
  await api.db
    .insertInto('messages')
    .values({ ...message, body: '{"type":"text","text":""}' })
    .execute();
  await later.passed();
  await pushed(api);
  expect(shown()).toEqual([]);
});

it('the api does not push to a user who is viewing the chat, even after PUSH_DELAY', async () => {
  const [ann, ben, carl] = await api.people();
  await subscribe(ann);
  const { body: group } = await ben.call<{ id: number }>('post', '/v1/groups', {
    name: `Focus ${ann.id}`,
    members: [],
  });
  await api.db
    .insertInto('group_members')
    .values({ group_id: group.id, user_id: ann.id, role: 'member', joined: 1 })
    .execute();
  await open(ann, ben.id, group.id);
  await say(ben, ann.id, 'seen');
  await say(ben, group.id, 'seen in a group', groupConversation(group.id));
  await say(carl, ann.id, 'another chat');
  const later = await delayed(api, 1);
  expect(await api.redis.client.zcard(api.redis.keys.webhook('~push'))).toBe(1);
  await open(ann, carl.id);
  await later.passed();
  await pushed(api);
  expect(shown()).toEqual([]);
});

it("the api does not push to a user during the user's quiet hours in their time zone", async () => {
  const [ann, ben, carl] = await api.people();
  const time = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);
  for (const [person, from, to] of [
    [ann, -1, 1],
    [ben, 2, 22],
  ] as const) {
    await subscribe(person);
    const quietHours = { timeZone: 'Etc/UTC', from: time(from), to: time(to) };
    expect((await person.call('patch', '/v1/me', { quietHours })).status).toBe(200);
    expect((await person.get('/v1/me/account')).body).toMatchObject({ quietHours });
  }
  for (const { id } of [ann, ben]) await say(carl, id, `to ${id}`);
  await pushed(api);
  expect(shown()).toEqual([`to ${ben.id}`]);
  await ann.call('patch', '/v1/me', { quietHours: null });
  await say(carl, ann.id, 'later');
  await pushed(api);
  expect(shown()).toEqual([`to ${ben.id}`, 'later']);
});

it.each([
  [{ timeZone: 'Mars/Olympus', from: '22:00', to: '07:00' }],
  [{ timeZone: '+02:00', from: '22:00', to: '07:00' }],
  [{ timeZone: 'Europe/Berlin', from: '24:00', to: '07:00' }],
  [{ timeZone: 'Europe/Berlin', from: '7:00', to: '08:00' }],
  [{ timeZone: 'Europe/Berlin', from: '07:00', to: '07:00' }],
  [{ timeZone: 'Europe/Berlin', from: '07:00' }],
])('the api rejects the quiet hours %j', async (quietHours) => {
  const ann = await api.person();
  expect((await ann.call('patch', '/v1/me', { quietHours })).status).toBe(400);
  expect((await ann.get('/v1/me/account')).body).toMatchObject({ quietHours: null });
});

it('all devices of a user receive only the mentions of a group whose chat is set to mentionsOnly', async () => {
  const [ann, ben] = await api.people();
  await subscribe(ann);
  const groups: number[] = [];
  for (const name of ['Loud', 'Quiet']) {
    const { body } = await ben.call<{ id: number }>('post', '/v1/groups', { name: `${name} ${ann.id}`, members: [] });
    groups.push(body.id);
    const member = { group_id: body.id, user_id: ann.id, role: 'member', joined: 1 } as const;
    await api.db.insertInto('group_members').values(member).execute();
  }
  const [loud = 0, quiet = 0] = groups;
  const path = `/v1/chats/${quiet}`;
  expect((await ann.call('patch', path, { mentionsOnly: true })).body).toMatchObject({ mentionsOnly: true });
  expect((await ann.get(`/v1/chats?limit=5`)).body).toMatchObject({
    items: expect.arrayContaining([expect.objectContaining({ chat: quiet, mentionsOnly: true })]),
  });
  for (const group of groups) await say(ben, group, `to all of ${group}`, groupConversation(group));
  const mention = { from: ben, to: quiet, body: text('to Ann'), conversation: groupConversation(quiet) };
  await queuePush(api, { ...mention, mentions: [ann.id] });
  await pushed(api);
  const name = ben.session.user.name;
  expect(shown().toSorted()).toEqual([`${name}: to Ann`, `${name}: to all of ${loud}`]);
  service.got.length = 0;
  expect((await ann.call('patch', path, { mentionsOnly: false })).body).not.toHaveProperty('mentionsOnly');
  await say(ben, quiet, 'to all again', groupConversation(quiet));
  await pushed(api);
  expect(shown()).toEqual([`${name}: to all again`]);
  const direct = await ann.call('patch', `/v1/chats/${ben.id}`, { mentionsOnly: true });
  expect([direct.status, direct.body]).toMatchObject([400, { errors: [{ path: 'mentionsOnly' }] }]);
});

it('a device receives only mentions, or notifications without text, if its user chose this', async () => {
  const [ann, ben] = await api.people();
  await subscribe(ann, { mentionsOnly: true });
  await subscribe(ann, { hideText: true, language: 'zh' });
  const { body: group } = await ben.call<{ id: number }>('post', '/v1/groups', {
    name: `Quiet ${ann.id}`,
    members: [],
  });
  await api.db
    .insertInto('group_members')
    .values({ group_id: group.id, user_id: ann.id, role: 'member', joined: 1 })
    .execute();
  const conversation = groupConversation(group.id);
  await say(ben, group.id, 'hello all', conversation);
  await pushed(api);
  expect(service.got.map(({ shown }) => shown)).toEqual([
    { chat: group.id, title: `Quiet ${ann.id}`, text: '新消息', badge: 0 },
  ]);
  await queuePush(api, { from: ben, to: group.id, body: text('hello Ann'), conversation, mentions: [ann.id] });
  await say(ben, ann.id, 'direct');
  await pushed(api);
  expect(shown().toSorted()).toEqual(
    ['direct', `${ben.session.user.name}: hello Ann`, '新消息', '新消息', '新消息'].toSorted(),
  );
});
