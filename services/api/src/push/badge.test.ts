import { groupConversation, userConversation } from '@parley/protocol';
import { pushWebhooks, usersWithBadge, webhookEvent } from '@parley/redis';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { ApnsService, keyId, teamId } from '../../test/apns-service.ts';
import { FcmService } from '../../test/fcm-service.ts';
import { pushed, queuePush } from '../../test/queue-push.ts';
import { type Person, TestApi } from '../../test/test-api.ts';

let api: TestApi;
let fcm: FcmService;
let apns: ApnsService;
beforeAll(async () => {
  [fcm, apns] = await Promise.all([FcmService.start(), ApnsService.start()]);
  api = await TestApi.start({
    ...{ FCM_CREDENTIALS: fcm.credentials, FCM_URL: `${fcm.url}/`, PUSH_NETWORKS: '127.0.0.0/8' },
    ...{ APNS_KEY: apns.key, APNS_KEY_ID: keyId, APNS_TEAM_ID: teamId },
    ...{ APNS_TOPIC: 'com.example.chat', APNS_URL: apns.url },
  });
});
afterAll(async () => {
  await api?.[Symbol.asyncDispose]();
  await Promise.all([fcm?.close(), apns?.close()]);
});
beforeEach(() => {
  fcm.got.length = 0;
  apns.got.length = 0;
});

let count = 0;
/** Registers an Android phone and an iPhone. */
async function register(person: Person): Promise<void> {
  count += 1;
  const token = count.toString(16).padStart(64, 'cd');
  for (const device of [
    { kind: 'fcm', token: `badge-${count}:${'A'.repeat(130)}` },
    { kind: 'apns', token },
  ])
    expect((await person.call('post', '/v1/push/devices', device)).status).toBe(204);
}

/** Adds a chat with unread messages, as the recorder does. */
async function unread(owner: Person, peer: number, unread: number, more: { muted?: boolean } = {}): Promise<void> {
  await api.db
    .insertInto('chats')
    .values({ owner_id: owner.id, peer_id: peer, is_group: false, unread, ...more })
    .execute();
}

/** Queues the push event of a user who has read messages, as the recorder does. */
async function read({ id: user }: Person): Promise<void> {
  count += 1;
  const event = webhookEvent(`badge_${user}_${count}`, 'badge', 1, JSON.stringify({ user }));
  await pushWebhooks(api.redis, '~push', [event], 1000);
  await pushed(api);
}

it('the badge of a phone shows the number of unread messages in all chats that are not muted', async () => {
  const [ann, ben, carl] = await api.people();
  await register(ann);
  await unread(ann, ben.id, 2);
  await unread(ann, carl.id, 50, { muted: true });
  const { body: group } = await ben.call<{ id: number }>('post', '/v1/groups', {
    name: `Badge ${ann.id}`,
    members: [],
  });
  const member = { group_id: group.id, user_id: ann.id, role: 'member' as const, joined: 1 };
  await api.db
    .insertInto('group_members')
    .values({ ...member, seen_count: 4 })
    .execute();
  await api.db.updateTable('groups').set({ message_count: 7 }).where('id', '=', group.id).execute();
  const body = { type: 'text', text: 'hi' };
  await queuePush(api, { from: ben, to: group.id, body, conversation: groupConversation(group.id) });
  await pushed(api);
  expect(fcm.got).toMatchObject([
    {
      data: { badge: '5' },
      android: { notification: { notification_count: 5 } },
      apns: { payload: { aps: { badge: 5 } } },
    },
  ]);
  expect(apns.got).toMatchObject([{ payload: { aps: { badge: 5, sound: 'default' } } }]);
});

it('the api removes the badge of a phone silently once the user has read all messages', async () => {
  const [ann, ben] = await api.people();
  await register(ann);
  await unread(ann, ben.id, 1);
  await queuePush(api, {
    from: ben,
    to: ann.id,
    body: { type: 'text', text: 'hi' },
    conversation: userConversation(ben.id, ann.id),
  });
  await pushed(api);
  expect(await usersWithBadge(api.redis, [ann.id, ben.id])).toEqual([ann.id]);
  await read(ann);
  expect([fcm.got.length, apns.got.length]).toEqual([1, 1]);
  await api.db.updateTable('chats').set({ unread: 0 }).where('owner_id', '=', ann.id).execute();
  await read(ann);
  expect(fcm.got.slice(1)).toEqual([expect.objectContaining({ data: { badge: '0' } })]);
  expect(fcm.got[1]).not.toHaveProperty('notification');
  expect(apns.got.slice(1)).toMatchObject([{ payload: { aps: { badge: 0 } }, headers: { 'apns-priority': '5' } }]);
  expect(apns.got[1]?.payload).toEqual({ aps: { badge: 0 } });
  expect(await usersWithBadge(api.redis, [ann.id])).toEqual([]);
});
