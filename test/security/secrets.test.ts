import type { Session } from '@parley/protocol';
import { expect, it } from 'vitest';
import { apiKey, startServerApi } from '../../services/api/test/server-api.ts';
import { password } from '../../services/api/test/test-api.ts';

it('logs no password, token or key, for any request and result', async () => {
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
  // What nobody foresaw is logged with its cause.
  await api.db.schema.alterTable('users').renameTo('users_away').execute();
  await api.call('post', '/v1/sessions', { body: { username: 'person-1', password } });
  await api.call('patch', '/v1/me', { token: accessToken, body: { sign: 'a sign' } });
  const log = api.logged.join('\n');
  expect(log).toContain('a request failed');
  expect(api.logged.length).toBeGreaterThan(8);
  for (const secret of [password, 'a wrong password', accessToken, refreshToken, again.accessToken, again.refreshToken])
    expect(log).not.toContain(secret);
  expect(log).not.toContain(apiKey);
});
