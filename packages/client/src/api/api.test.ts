import { expect, it } from 'vitest';
import { createApi } from './api.ts';
import type { Answer } from './fetch.ts';

it('an API call puts its input into the path and the query; operations before sign-in need no session', async () => {
  const sent: [path: string, isPublic: boolean | undefined][] = [];
  const api = createApi(async (path, _, isPublic) => {
    sent.push([path, isPublic]);
    return { text: async () => '' } as Answer;
  });
  await api('GET /info');
  await api('GET /invites/{code}', { code: 'c' });
  await api('POST /invites/{code}/join', { code: 'c' });
  await api('POST /password-resets', { username: 'ann' });
  await api('PUT /password-resets/{token}', { token: 't', password: 'p' });
  await api('PUT /email-confirmations/{token}', { token: 't' });
  await api('GET /me');
  await api('GET /groups?q={q}', { q: 'a & b', limit: 2 });
  expect(sent).toEqual([
    ['/info?', true],
    ['/invites/c?', true],
    ['/invites/c/join', false],
    ['/password-resets', true],
    ['/password-resets/t', true],
    ['/email-confirmations/t', true],
    ['/me?', false],
    ['/groups?q=a%20%26%20b&limit=2', false],
  ]);
});
