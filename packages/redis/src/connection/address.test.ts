import { expect, it } from 'vitest';
import { readAddress } from './address.ts';

it('readAddress returns the host, the credentials and the database of a Redis address', () => {
  expect(readAddress('rediss://chat:p%40ss%2Fword@redis.example/3')).toEqual({
    ...{ host: 'redis.example', port: 6379, tls: true, username: 'chat', password: 'p@ss/word', database: 3 },
  });
  expect(readAddress('redis://[::1]:7000')).toEqual({
    ...{ host: '::1', port: 7000, tls: false, username: '', password: '', database: 0 },
  });
  expect(readAddress(' rediss://:secret@a:1 , rediss://:secret@b:2')).toMatchObject({ host: 'a', port: 1, tls: true });
});

it.each([
  ['redis://:secret@a/chat', /database is a number/],
  ['redis://:secret@a/2,redis://:secret@b/2', /no databases/],
  ['rediss://:secret@a?rejectUnauthorized=false', /no options/],
])('readAddress rejects %s, of which ioredis ignores a part, without revealing the password', (url, message) => {
  expect(() => readAddress(url)).toThrow(message);
  expect(() => readAddress(url)).not.toThrow(/secret/);
});
