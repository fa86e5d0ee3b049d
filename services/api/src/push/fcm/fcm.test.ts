import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FcmService, fcmError, taken } from '../../../test/fcm-service.ts';
import { pushed, queuePush } from '../../../test/queue-push.ts';
import { type Person, TestApi } from '../../../test/test-api.ts';
import { readConfig } from '../../config.ts';

let api: TestApi;
let fcm: FcmService;
beforeAll(async () => {
  fcm = await FcmService.start();
  api = await startApi();
});
afterAll(async () => {
  await api?.[Symbol.asyncDispose]();
  await fcm?.close();
});
beforeEach(() => {
  fcm.got.length = 0;
  fcm.answer = () => taken;
});

function startApi(env: Record<string, string> = {}): Promise<TestApi> {
  const settings = { FCM_CREDENTIALS: fcm.credentials, FCM_URL: `${fcm.url}/`, PUSH_NETWORKS: '127.0.0.0/8' };
  return TestApi.start({
    ...settings,
    PUSH_TIMEOUT: '1s',
    PUSH_RETRIES: '10ms,10ms',
    MAX_PUSH_SUBSCRIPTIONS: '2',
    ...env,
  });
}

let count = 0;
/** Registers a phone and returns its token. */
async function register(person: Person, language = 'en'): Promise<string> {
  count += 1;
  const token = `phone-${count}:${'A'.repeat(130)}`;
  const { status } = await person.call('post', '/v1/push/devices', { kind: 'fcm', token, language });
  expect(status).toBe(204);
  return token;
}

const text = (said: string) => ({ type: 'text', text: said });
const say = (from: Person, to: Person, said: string, at = api) => queuePush(at, { from, to: to.id, body: text(said) });
const shown = () => fcm.got.map(({ notification }) => notification.body);

describe('a phone of FCM', () => {
  it('an FCM device receives the same notification as a browser, plus the ids of the chat and the message', async () => {
    const [ann, ben] = await api.people();
    const token = await register(ann);
    const id = await say(ben, ann, 'hello 李');
    await pushed(api);
    expect(fcm.got).toEqual([
      expect.objectContaining({
        token,
        notification: { title: ben.session.user.name, body: 'hello 李' },
        data: { chat: String(ben.id), id: String(id), badge: '0' },
      }),
    ]);
  });

  it('an FCM device shows only the last notification of a chat', async () => {
    const [ann, ben, carl] = await api.people();
    await register(ann);
    await say(ben, ann, 'one');
    await say(ben, ann, 'two');
    await say(carl, ann, 'three');
    await pushed(api);
    const keys = new Map(fcm.got.map(({ notification, android }) => [notification.body, android]));
    expect(keys.get('one')).toEqual(keys.get('two'));
    expect(keys.get('one')?.collapse_key).not.toBe(keys.get('three')?.collapse_key);
    expect(keys.get('one')).toMatchObject({
      priority: 'HIGH',
      ttl: '86400s',
      notification: { tag: `chat-${ben.id}`, notification_count: 0 },
    });
  });

  it.each([
    ['UNREGISTERED', fcmError(404, 'NOT_FOUND', 'UNREGISTERED')],
    ['404', { status: 404 }],
  ])('an FCM device is removed when FCM returns %s', async (_, answer) => {
    const [ann, ben] = await api.people();
    await register(ann);
    fcm.answer = () => answer;
    await say(ben, ann, 'gone');
    await waitFor(async () => (await devicesOf(ann)) === 0, { message: 'the device is still there' });
    await say(ben, ann, 'late');
    await pushed(api);
    expect(shown()).toEqual(['gone']);
  });

  it.each([
    ['429', fcmError(429, 'RESOURCE_EXHAUSTED', 'QUOTA_EXCEEDED'), 3],
    ['500', fcmError(500, 'INTERNAL', 'INTERNAL'), 3],
    ['503 of a proxy', { status: 503, body: '<h1>Unavailable</h1>' }, 3],
    ['404 of another server', { status: 404, body: '<h1>Not found</h1>' }, 1],
    ['400', fcmError(400, 'INVALID_ARGUMENT', 'INVALID_ARGUMENT'), 1],
    ['nothing', 'hang' as const, 3],
  ])(
    'an FCM device loses a notification, but stays registered, when FCM always returns %s',
    async (_, answer, attempts) => {
      const [ann, ben] = await api.people();
      await register(ann);
      fcm.answer = () => answer;
      await say(ben, ann, 'lost');
      await pushed(api);
      fcm.answer = () => taken;
      await say(ben, ann, 'next');
      await pushed(api);
      expect(shown()).toEqual([...Array(attempts).fill('lost'), 'next']);
    },
  );

  it('an FCM device receives no pushes after the session ended or the user removed the device', async () => {
    const [ann, ben, carl] = await api.people();
    await register(ann);
    const token = await register(ben);
    await ann.call('delete', '/v1/sessions/current');
    expect((await ben.call('delete', '/v1/push/devices', { kind: 'fcm', token })).status).toBe(204);
    for (const to of [ann, ben]) await say(carl, to, 'late');
    await pushed(api);
    expect(shown()).toEqual([]);
  });

  it("the list of a user's FCM devices contains no tokens", async () => {
    const [ann, ben] = await api.people();
    const token = await register(ann);
    const { body } = await ann.get<{ items: object[]; next: null }>('/v1/push/devices');
    const session = expect.any(String);
    const dates = { created: expect.any(Number), seen: expect.any(Number) };
    const choices = { language: 'en', mentionsOnly: false, hideText: false };
    const device = { kind: 'fcm', app: null, environment: null, ...choices, session, ...dates };
    expect(body).toEqual({ items: [device], next: null });
    expect(JSON.stringify(body)).not.toContain(token);
    expect((await ben.get('/v1/push/devices')).body).toEqual({ items: [], next: null });
  });

  it('an FCM device belongs to the user who registered it last', async () => {
    const [ann, ben, carl] = await api.people();
    const token = await register(ann);
    await ben.call('post', '/v1/push/devices', { kind: 'fcm', token });
    for (const to of [ann, ben]) await say(carl, to, `to ${to.id}`);
    await pushed(api);
    expect(shown()).toEqual([`to ${ben.id}`]);
  });

  it('an FCM device above the maximum replaces the oldest device of its user', async () => {
    const [ann, ben] = await api.people();
    const [, second, third] = [await register(ann), await register(ann), await register(ann)];
    await say(ben, ann, 'hi');
    await pushed(api);
    expect(fcm.got.map(({ token }) => token).sort()).toEqual([second, third].sort());
  });
});

describe('the access token', () => {
  it('the api uses an FCM access token until shortly before it expires', async () => {
    await using own = await startApi();
    const [ann, ben] = await own.people();
    await register(ann);
    const before = fcm.issued.length;
    for (const said of ['one', 'two', 'three']) await say(ben, ann, said, own);
    await pushed(own);
    expect(fcm.got).toHaveLength(3);
    expect(fcm.issued.length).toBe(before + 1);
  });

  it('the api replaces an access token that FCM rejects, and sends the notification again', async () => {
    const [ann, ben] = await api.people();
    await register(ann);
    await say(ben, ann, 'one');
    await pushed(api);
    fcm.valid.clear();
    await say(ben, ann, 'two');
    await pushed(api);
    expect(shown()).toEqual(['one', 'two']);
  });

  it('the api requests an FCM access token again after the token service failed', async () => {
    await using own = await startApi();
    const [ann, ben] = await own.people();
    await register(ann);
    fcm.grant = { ...fcm.grant, status: 503 };
    await say(ben, ann, 'lost', own);
    await pushed(own);
    fcm.grant = { ...fcm.grant, status: 200 };
    await say(ben, ann, 'next', own);
    await pushed(own);
    expect(shown()).toEqual(['next']);
  });

  it('the api logs neither the access token nor the key of FCM when Google rejects the token', async () => {
    const other = await FcmService.start();
    const { token_uri } = JSON.parse(fcm.credentials);
    const FCM_CREDENTIALS = JSON.stringify({ ...JSON.parse(other.credentials), token_uri });
    await other.close();
    await using own = await startApi({ FCM_CREDENTIALS });
    const [ann, ben] = await own.people();
    const token = await register(ann);
    for (const said of ['one', 'two']) await say(ben, ann, said, own);
    await pushed(own);
    const warnings = own.logged.filter((line) => line.includes('Google refuses FCM_CREDENTIALS: 400 invalid_grant'));
    expect(warnings).toHaveLength(1);
    const log = own.logged.join('\n');
    for (const secret of ['PRIVATE KEY', 'assertion', 'eyJ', 'ya29', token]) expect(log).not.toContain(secret);
  });
});

describe('a device', () => {
  it.each([
    [{ kind: 'fcm', token: 'short' }],
    [{ kind: 'fcm', token: `${'A'.repeat(100)}\n` }],
    [{ kind: 'fcm', token: 'A'.repeat(1001) }],
    [{ kind: 'fcm' }],
    [{ service: 'gcm', token: 'A'.repeat(140) }],
    [{ kind: 'fcm', token: 'A'.repeat(140), language: 'xx' }],
  ])('the api rejects %j as a push device', async (device) => {
    const ann = await api.person();
    expect((await ann.call('post', '/v1/push/devices', device)).status).toBe(400);
  });

  it('the api responds 404 to registrations for a push service that it does not use', async () => {
    const ann = await api.person();
    const device = { kind: 'apns', token: 'ab'.repeat(32) };
    expect((await ann.call('post', '/v1/push/devices', device)).status).toBe(404);
    expect((await ann.get('/v1/push')).status).toBe(404);
  });
});

describe('FCM_CREDENTIALS', () => {
  const read = (FCM_CREDENTIALS: string) =>
    readConfig({ DATABASE_URL: 'postgres://localhost/parley', FCM_CREDENTIALS });
  const change = (fields: object) => JSON.stringify({ ...JSON.parse(fcm.credentials), ...fields });

  it('invalid FCM_CREDENTIALS stop the start with an error that states the reason but not the key', () => {
    for (const [text, reason] of [
      ['{"private_key": "private-part', 'must be the JSON key of a service account'],
      ['"private-part"', 'type service_account'],
      [change({ type: 'authorized_user', refresh_token: 'private-part' }), 'type service_account'],
      [change({ private_key: 'private-part' }), 'has a private_key that is no RSA key in PEM'],
      [change({ client_email: undefined }), 'has no client_email'],
      [change({ project_id: 7 }), 'has no project_id'],
      [change({ token_uri: 'file:///etc/passwd' }), 'has a token_uri that is no address'],
    ] as const) {
      expect(() => read(text)).toThrow(`FCM_CREDENTIALS ${reason.startsWith('type') ? 'must' : reason}`);
      expect(() => read(text)).not.toThrow(/private-part|PRIVATE KEY/);
    }
  });

  it('the project and the token service come from FCM_CREDENTIALS by default', () => {
    expect(read(fcm.credentials).push?.fcm).toMatchObject({
      project: 'parley-test',
      url: 'https://fcm.googleapis.com',
      tokenUrl: `${fcm.url}/token`,
    });
  });

  it('the api does not connect to FCM at a private address that PUSH_NETWORKS does not list', async () => {
    await using strict = await startApi({ PUSH_NETWORKS: '' });
    const [ann, ben] = await strict.people();
    await register(ann);
    await say(ben, ann, 'inside', strict);
    await pushed(strict);
    expect(shown()).toEqual([]);
    expect(strict.logged.join('\n')).toContain('is at no address that may be reached');
  });
});

async function devicesOf({ id }: Person): Promise<number> {
  const rows = await api.db.selectFrom('push_subscriptions').select('endpoint').where('user_id', '=', id).execute();
  return rows.length;
}
