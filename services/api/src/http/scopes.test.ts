import { createHash } from 'node:crypto';
import type { Problem } from '@parley/protocol';
import { expect, it } from 'vitest';
import { TestApi } from '../../test/test-api.ts';

const entry = (name: string, scopes: string) =>
  `${name}:${createHash('sha256').update(name.repeat(20)).digest('hex')}:${scopes}`;

it('an API key can call only the operations of its scopes', async () => {
  await using api = await TestApi.start({
    API_KEYS: [
      entry('viewer', 'read'),
      entry('signer', 'tokens'),
      entry('moderator', 'read+moderate'),
      entry('boss', 'admin'),
    ].join(),
  });
  const call = async (name: string, method: 'get' | 'post' | 'put' | 'delete', path: string, body?: unknown) => {
    const answer = await api.call<Problem>(method, `/v1/server${path}`, {
      token: name.repeat(20),
      ...(body ? { body } : {}),
    });
    return answer.status;
  };
  expect(await call('boss', 'put', '/users/ann', { name: 'Ann' })).toBe(201);
  expect(await call('viewer', 'get', '/users/ann')).toBe(200);
  expect(await call('viewer', 'put', '/users/ben', { name: 'Ben' })).toBe(403);
  expect(await call('viewer', 'post', '/tokens', { user: 'ann' })).toBe(403);
  expect(await call('signer', 'post', '/tokens', { user: 'ann' })).toBe(201);
  expect(await call('signer', 'get', '/users/ann')).toBe(403);
  expect(await call('moderator', 'put', '/users/ben', { name: 'Ben' })).toBe(403);
  expect(await call('moderator', 'get', '/invitations')).toBe(403);
  expect(await call('moderator', 'delete', '/users/ann')).toBe(204);
  expect(await call('boss', 'get', '/invitations')).toBe(200);
});
