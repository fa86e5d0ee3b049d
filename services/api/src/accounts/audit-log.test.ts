import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Product, startServerApi } from '../../test/server-api.ts';
import { password } from '../../test/test-api.ts';

let product: Product;

beforeAll(async () => {
  product = await startServerApi({ LOG_LEVEL: 'error' });
});
afterAll(() => product?.[Symbol.asyncDispose]());

interface Line {
  log?: string;
  event: string;
  user?: number | null;
  [field: string]: unknown;
}

const lines = () => product.api.logged.map((line) => JSON.parse(line) as Line).filter(({ log }) => log === 'audit');

it('the audit log contains one line per security event: its user, address and request id', async () => {
  const ann = await product.api.person();
  const { username } = ann.session.user;
  const signIn = (given: string) => product.api.call('post', '/v1/sessions', { body: { username, password: given } });
  await signIn('a wrong password');
  await signIn(password);
  await product.api.call('post', '/v1/sessions', { body: { username: 'my-secret-password', password } });
  await ann.call('put', '/v1/me/password', { current: password, password: 'another horse' });
  await ann.call('delete', '/v1/sessions/current');
  await product.call('delete', `/users/~${ann.id}`);
  const own = lines().filter(({ user }) => user === ann.id);
  expect(own.map(({ event }) => event)).toEqual([
    'account.registered',
    'sign-in.failed',
    'sign-in.succeeded',
    'password.changed',
    'session.ended',
    'account.deactivated',
  ]);
  for (const line of own) {
    expect(line).toMatchObject({ level: 'info', address: '127.0.0.1', requestId: expect.stringMatching(/^[\w-]+$/) });
  }
  expect(own[3]).toMatchObject({ by: { user: ann.id, session: expect.any(String) } });
  expect(lines().filter(({ user, event }) => user === null && event === 'sign-in.failed')).toHaveLength(1);
});

it('the audit log records that the owner of a group changed a role', async () => {
  const [ann, ben] = await product.api.people();
  await ann.befriend(ben);
  const { body: group } = await ann.call<{ id: number }>('post', '/v1/groups', { name: 'Audited', members: [ben.id] });
  await ann.call('patch', `/v1/groups/${group.id}/members/${ben.id}`, { role: 'admin' });
  await ben.call('patch', `/v1/groups/${group.id}/members/${ann.id}`, { role: 'member' });
  const roles = lines().filter(({ event }) => event === 'group.role-changed');
  expect(roles).toHaveLength(1);
  expect(roles[0]).toMatchObject({ group: group.id, user: ben.id, role: 'admin', by: { user: ann.id } });
});

it('the audit log contains the name of the API key for each server API call, including refused calls', async () => {
  await product.call('get', '/users/nobody');
  await product.api.call('get', '/v1/server/users/nobody', { token: 'x'.repeat(40) });
  expect(lines().find(({ event }) => event === 'server-api.called')).toMatchObject({
    key: 'key-1',
    status: expect.any(Number),
  });
  expect(lines().find(({ event }) => event === 'server-api.refused')).toMatchObject({ address: '127.0.0.1' });
});

it('the audit log contains no passwords, tokens or unknown usernames', async () => {
  const text = lines()
    .map((line) => JSON.stringify(line))
    .join('\n');
  for (const word of [password, 'another horse', 'a wrong password', 'my-secret-password'])
    expect(text).not.toContain(word);
  const { accessToken, refreshToken } = (await product.api.person()).session;
  for (const word of [accessToken, refreshToken]) expect(text).not.toContain(word);
});
