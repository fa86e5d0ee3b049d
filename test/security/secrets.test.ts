import type { Session } from '@parley/protocol';
import { expect, it } from 'vitest';
import { ApnsService, keyId, teamId } from '../../services/api/test/apns-service.ts';
import { FcmService, fcmError } from '../../services/api/test/fcm-service.ts';
import { pushed, queuePush } from '../../services/api/test/queue-push.ts';
import { apiKey, startServerApi } from '../../services/api/test/server-api.ts';
import { password, TestApi } from '../../services/api/test/test-api.ts';

it('the api logs no password, token or key, whatever the request and its result', async () => {
  await using product = await startServerApi();
  const { api } = product;
  const ann = await api.person();
  const { accessToken, refreshToken } = ann.session;
  const { body: again } = await api.call<Session>('post', '/v1/sessions/refresh', { body: { refreshToken } });
  await api.call('post', '/v1/sessions/refresh', { body: { refreshToken } });
  await api.call('post', '/v1/sessions', { body: { username: 'nobody', password: 'a wrong password' } });
  await api.call('post', '/v1/sessions', { raw: `{"password":"a wrong password"` });
  await fetch(`${api.url}/layim/init?token=${accessToken}`);
  await fetch(`${api.url}/v1/me?token=${accessToken}`, { headers: { authorization: `Bearer ${accessToken}x` } });
  await product.call('post', '/tokens', { user: 'nobody' });
  // An unexpected error is logged with its cause.
  await api.db.schema.alterTable('users').renameTo('users_away').execute();
  await api.call('post', '/v1/sessions', { body: { username: 'person-1', password } });
  await api.call('patch', '/v1/me', { token: accessToken, body: { sign: 'a sign' } });
  const log = api.logged.join('\n');
  expect(log).toContain('"request failed"');
  expect(api.logged.length).toBeGreaterThan(8);
  for (const secret of [password, 'a wrong password', accessToken, refreshToken, again.accessToken, again.refreshToken])
    expect(log).not.toContain(secret);
  expect(log).not.toContain(apiKey);
});

it('the api logs no credential of a push service and no device token, whatever the service responds', async () => {
  await using fcm = await FcmService.start();
  await using apns = await ApnsService.start();
  await using api = await TestApi.start({
    ...{ FCM_CREDENTIALS: fcm.credentials, FCM_URL: fcm.url, APNS_KEY: apns.key, APNS_KEY_ID: keyId },
    ...{ APNS_TEAM_ID: teamId, APNS_TOPIC: 'com.example.chat', APNS_URL: apns.url, PUSH_NETWORKS: '127.0.0.0/8' },
    PUSH_RETRIES: '10ms',
  });
  const lineOf = (pem: string) => pem.split('\n')[1] ?? '';
  const keys = [lineOf(JSON.parse(fcm.credentials).private_key), lineOf(apns.key)];
  const [ann, ben] = await api.people();
  const tokens = { fcm: `phone:${'A'.repeat(130)}`, apns: 'ab'.repeat(32) };
  for (const [kind, token] of Object.entries(tokens))
    expect((await ann.call('post', '/v1/push/devices', { kind, token })).status).toBe(204);
  const push = async () => {
    await queuePush(api, { from: ben, to: ann.id, body: { type: 'text', text: 'a secret text' } });
    await pushed(api);
  };
  await push();
  fcm.answer = () => fcmError(500, 'INTERNAL', 'INTERNAL');
  apns.answer = () => ({ status: 403, reason: 'InvalidProviderToken' });
  await push();
  await Promise.all([fcm.close(), apns.close()]);
  await push();
  const log = api.logged.join('\n');
  expect(log).toContain('APNs refuses the token of APNS_KEY');
  expect(log).toContain('could not push to a device');
  for (const secret of [...keys, ...Object.values(tokens), ...fcm.issued, 'eyJ', 'a secret text'])
    expect(log).not.toContain(secret);
});
