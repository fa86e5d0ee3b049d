import { generateKeyPairSync } from 'node:crypto';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApnsService, keyId, teamId } from '../../../test/apns-service.ts';
import { pushed, queuePush } from '../../../test/queue-push.ts';
import { type Person, TestApi } from '../../../test/test-api.ts';
import { readConfig } from '../../config.ts';
import { ProviderToken } from './provider-token.ts';

let api: TestApi;
let apns: ApnsService;
let sandbox: ApnsService;
beforeAll(async () => {
  apns = await ApnsService.start();
  sandbox = await ApnsService.start(apns);
  api = await startApi();
});
afterAll(async () => {
  await api?.[Symbol.asyncDispose]();
  await Promise.all([apns?.close(), sandbox?.close()]);
});
beforeEach(() => {
  apns.got.length = 0;
  apns.answer = () => ({ status: 200 });
});

const credentials = () => ({
  APNS_KEY: apns.key,
  APNS_KEY_ID: keyId,
  APNS_TEAM_ID: teamId,
  APNS_TOPIC: 'com.example.chat, com.example.chat.beta',
});

function startApi(env: Record<string, string> = {}): Promise<TestApi> {
  const urls = { APNS_URL: apns.url, APNS_SANDBOX_URL: sandbox.url, PUSH_NETWORKS: '127.0.0.0/8' };
  return TestApi.start({ ...credentials(), ...urls, PUSH_TIMEOUT: '1s', PUSH_RETRIES: '10ms,10ms', ...env });
}

let count = 0;
/** Registers an iPhone and returns its token. */
async function register(person: Person, more: object = {}): Promise<string> {
  count += 1;
  const token = count.toString(16).padStart(64, 'ab');
  const { status } = await person.call('post', '/v1/push/devices', { kind: 'apns', token, ...more });
  expect(status).toBe(204);
  return token;
}

const text = (said: string) => ({ type: 'text', text: said });
const say = (from: Person, to: Person, said: string, at = api) => queuePush(at, { from, to: to.id, body: text(said) });
const shown = () => apns.got.map(({ payload }) => payload.aps.alert.body);

describe('an iPhone', () => {
  it('an iPhone receives the same notification as a browser, plus the ids of the chat and the message', async () => {
    const [ann, ben] = await api.people();
    const token = await register(ann, { language: 'zh' });
    const image = { type: 'image', media: 7, name: 'a.png', size: 1, mime: 'image/png' };
    const id = await queuePush(api, { from: ben, to: ann.id, body: image });
    await pushed(api);
    expect(apns.got).toHaveLength(1);
    expect(apns.got[0]).toMatchObject({
      token,
      headers: { 'apns-topic': 'com.example.chat', 'apns-push-type': 'alert', 'apns-priority': '10' },
      payload: { aps: { alert: { title: ben.session.user.name, body: '[图片]' }, sound: 'default' }, chat: ben.id, id },
    });
  });

  it('an iPhone shows only the last notification of a chat', async () => {
    const [ann, ben, carl] = await api.people();
    await register(ann);
    await say(ben, ann, 'one');
    await say(ben, ann, 'two');
    await say(carl, ann, 'three');
    await pushed(api);
    const keys = new Map(apns.got.map(({ headers, payload }) => [payload.aps.alert.body, headers['apns-collapse-id']]));
    expect(keys.get('one')).toBe(`chat-${ben.id}`);
    expect(keys.get('two')).toBe(keys.get('one'));
    expect(keys.get('three')).not.toBe(keys.get('one'));
  });

  it('the api sends a notification to the APNs service (sandbox or production) and for the app with which the iPhone registered', async () => {
    const [ann, ben] = await api.people();
    const developed = await register(ann, { app: 'com.example.chat.beta', environment: 'sandbox' });
    const released = await register(ann);
    await say(ben, ann, 'hi');
    await pushed(api);
    const seen = ({ got }: ApnsService) => got.map(({ token, headers }) => [token, headers['apns-topic']]);
    expect(seen(sandbox)).toEqual([[developed, 'com.example.chat.beta']]);
    expect(seen(apns)).toEqual([[released, 'com.example.chat']]);
  });

  it.each([
    ['410', { status: 410, reason: 'Unregistered' }],
    ['BadDeviceToken', { status: 400, reason: 'BadDeviceToken' }],
  ])('an iPhone is removed when APNs returns %s', async (_, answer) => {
    const [ann, ben] = await api.people();
    await register(ann);
    apns.answer = () => answer;
    await say(ben, ann, 'gone');
    await waitFor(async () => (await devicesOf(ann)) === 0, { message: 'the device is still there' });
    await say(ben, ann, 'late');
    await pushed(api);
    expect(shown()).toEqual(['gone']);
  });

  it.each([
    ['429', { status: 429, reason: 'TooManyRequests' }, 3],
    ['500', { status: 500, reason: 'InternalServerError' }, 3],
    ['503', { status: 503, reason: 'Shutdown' }, 3],
    ['a wrong topic', { status: 400, reason: 'DeviceTokenNotForTopic' }, 1],
    ['nothing', 'hang' as const, 3],
  ])(
    'an iPhone loses a notification, but stays registered, when APNs always returns %s',
    async (_, answer, attempts) => {
      const [ann, ben] = await api.people();
      await register(ann);
      apns.answer = () => answer;
      await say(ben, ann, 'lost');
      await pushed(api);
      apns.answer = () => ({ status: 200 });
      await say(ben, ann, 'next');
      await pushed(api);
      expect(shown()).toEqual([...Array(attempts).fill('lost'), 'next']);
    },
  );

  it('an APNs token in upper case identifies the same device as in lower case', async () => {
    const [ann, ben] = await api.people();
    const token = await register(ann);
    await ann.call('post', '/v1/push/devices', { kind: 'apns', token: token.toUpperCase() });
    expect(await devicesOf(ann)).toBe(1);
    await ann.call('delete', '/v1/push/devices', { kind: 'apns', token: token.toUpperCase() });
    await say(ben, ann, 'late');
    await pushed(api);
    expect(shown()).toEqual([]);
  });

  it.each([
    [{ token: 'xyz' }],
    [{ token: '../../etc' }],
    [{ token: 'a'.repeat(65) }],
    [{ token: 'ab'.repeat(32), app: 'com.other.app' }],
    [{ token: 'ab'.repeat(32), environment: 'staging' }],
  ])('the api rejects an iPhone with %j', async (device) => {
    const ann = await api.person();
    expect((await ann.call('post', '/v1/push/devices', { kind: 'apns', ...device })).status).toBe(400);
  });
});

describe('the connection to APNs', () => {
  it('the api uses one APNs connection for all notifications, and opens a new one after it ended', async () => {
    await using own = await startApi();
    const [ann, ben] = await own.people();
    await register(ann);
    const before = apns.sessions.length;
    for (const said of ['one', 'two', 'three']) {
      await say(ben, ann, said, own);
      await pushed(own);
    }
    expect(apns.sessions.length).toBe(before + 1);
    apns.sessions.at(-1)?.goaway();
    apns.sessions.at(-1)?.destroy();
    await say(ben, ann, 'four', own);
    await pushed(own);
    expect(shown()).toEqual(['one', 'two', 'three', 'four']);
    expect(apns.sessions.length).toBe(before + 2);
  });

  it('the api sends a notification once more if APNs closes the connection', async () => {
    const [ann, ben] = await api.people();
    await register(ann);
    await say(ben, ann, 'one');
    await pushed(api);
    apns.answer = () => (apns.got.length === 2 ? 'cut' : { status: 200 });
    await say(ben, ann, 'two');
    await pushed(api);
    expect(shown()).toEqual(['one', 'two', 'two']);
  });

  it('the api does not connect to APNs at a private address that PUSH_NETWORKS does not list', async () => {
    await using strict = await startApi({ PUSH_NETWORKS: '' });
    const [ann, ben] = await strict.people();
    await register(ann);
    const before = apns.sessions.length;
    await say(ben, ann, 'inside', strict);
    await pushed(strict);
    expect(apns.sessions.length).toBe(before);
    expect(strict.logged.join('\n')).toContain('is at no address that may be reached');
  });

  it('the api tries to connect to APNs for each message while APNs is down', async () => {
    const down = await ApnsService.start();
    const { url } = down;
    await down.close();
    await using own = await startApi({ APNS_URL: url });
    const [ann, ben] = await own.people();
    await register(ann);
    for (const said of ['one', 'two']) await say(ben, ann, said, own);
    await pushed(own);
    expect(own.logged.filter((line) => line.includes('could not push to a device'))).toHaveLength(6);
  });
});

describe('the token of the server', () => {
  const minute = 60_000;
  const config = () => {
    const { push } = readConfig({ DATABASE_URL: 'postgres://localhost/parley', ...credentials() });
    if (!push?.apns) throw new Error('no APNs');
    return push.apns;
  };

  it('the api replaces its APNs token after 20 to 60 minutes', () => {
    const token = new ProviderToken(config());
    const first = token.get(0);
    expect(token.get(20 * minute)).toBe(first);
    const second = token.get(59 * minute);
    expect(second).not.toBe(first);
    expect(token.get(60 * minute)).toBe(second);
  });

  it('the api replaces an APNs token that was rejected as expired, but only if it is 20 minutes old', () => {
    const token = new ProviderToken(config());
    const first = token.get(0);
    expect(token.reject(first, 10 * minute)).toBe(false);
    expect(token.get(10 * minute)).toBe(first);
    expect(token.reject(first, 25 * minute)).toBe(true);
    expect(token.get(25 * minute)).not.toBe(first);
  });

  it('the api logs neither the token nor the key for APNs when APNs rejects the token', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const APNS_KEY = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    await using own = await startApi({ APNS_KEY });
    const [ann, ben] = await own.people();
    const device = await register(ann);
    for (const said of ['one', 'two']) await say(ben, ann, said, own);
    await pushed(own);
    const warnings = own.logged.filter((line) => line.includes('APNs refuses the token of APNS_KEY'));
    expect(warnings).toHaveLength(1);
    const log = own.logged.join('\n');
    for (const secret of ['PRIVATE KEY', 'eyJ', device]) expect(log).not.toContain(secret);
  });
});

describe('APNS_KEY', () => {
  const read = (env: Record<string, string>) => readConfig({ DATABASE_URL: 'postgres://localhost/parley', ...env });

  it('an invalid APNS_KEY stops the start with an error that states the reason but not the key', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const rsa = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    for (const APNS_KEY of ['private-part', rsa]) {
      expect(() => read({ ...credentials(), APNS_KEY })).toThrow(/APNS_KEY must be the content of the .p8 file/);
      expect(() => read({ ...credentials(), APNS_KEY })).not.toThrow(/private-part|PRIVATE KEY/);
    }
  });

  it('APNS_KEY requires the settings for its key id, the team and the topics', () => {
    expect(() => read({ APNS_KEY: apns.key })).toThrow(/APNS_KEY_ID.*APNS_TEAM_ID.*APNS_TOPIC/s);
    expect(() => read({ ...credentials(), APNS_TOPIC: 'a b' })).toThrow(/APNS_TOPIC must be the bundle ids/);
    expect(() => read({ ...credentials(), APNS_KEY_ID: 'short' })).toThrow(/APNS_KEY_ID must have 10/);
  });

  it('APNS_KEY accepts line breaks that are written as \\n', () => {
    const APNS_KEY = apns.key.replaceAll('\n', '\\n');
    expect(read({ ...credentials(), APNS_KEY }).push?.apns?.topics).toEqual([
      'com.example.chat',
      'com.example.chat.beta',
    ]);
  });
});

async function devicesOf({ id }: Person): Promise<number> {
  const rows = await api.db.selectFrom('push_subscriptions').select('endpoint').where('user_id', '=', id).execute();
  return rows.length;
}
