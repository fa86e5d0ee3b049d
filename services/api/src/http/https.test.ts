import { expect, it } from 'vitest';
import { password, TestApi } from '../../test/test-api.ts';

it('with HTTPS, the api sends HSTS and binds cookies to the host', async () => {
  await using api = await TestApi.start({ COOKIE_SECURE: 'true' });
  const { headers } = await api.call('post', '/v1/users', { body: { username: 'ann', password } });
  expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
  const cookies = headers.getSetCookie();
  expect(cookies.map((cookie) => cookie.split('=')[0])).toEqual(['__Host-parley_refresh', '__Host-parley_device']);
  for (const cookie of cookies) expect(cookie).toMatch(/; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
  const refresh = (cookie: string) => api.call('post', '/v1/sessions/refresh', { raw: '{}', headers: { cookie } });
  const [token = ''] = (cookies[0] ?? '').split(';');
  // Rejects the cookie without the prefix, because a sibling domain could have set it.
  expect((await refresh(token.replace('__Host-', ''))).status).toBe(401);
  expect((await refresh(token)).status).toBe(200);
});

it('without HTTPS, the api sends no HSTS', async () => {
  await using api = await TestApi.start();
  expect((await api.call('get', '/v1/info')).headers.get('strict-transport-security')).toBeNull();
});
