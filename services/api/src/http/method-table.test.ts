import { expect, it } from 'vitest';
import { createMethodTable } from './method-table.ts';

const methodsOf = createMethodTable([
  { method: 'ALL', path: '/v1/*' },
  { method: 'GET', path: '/v1/sessions' },
  { method: 'POST', path: '/v1/sessions' },
  { method: 'POST', path: '/v1/sessions/refresh' },
  { method: 'DELETE', path: '/v1/sessions/:id' },
  { method: 'HEAD', path: '/v1/media/uploads/:id' },
  { method: 'GET', path: '/v1/media/uploads/:id' },
  { method: 'PATCH', path: '/v1/media/uploads/:id{[0-9]+}' },
]);

it.each([
  ['/v1/sessions', ['GET', 'HEAD', 'POST']],
  ['/v1/sessions/abc', ['DELETE']],
  ['/v1/nothing', []],
])('the method table returns the methods of %s', (path, methods) => {
  expect(methodsOf(path)).toEqual(methods);
});

it('the method table returns the methods of the most specific path', () => {
  expect(methodsOf('/v1/sessions/refresh')).toEqual(['POST']);
});

it('the method table omits GET for a path that supports only HEAD', () => {
  expect(methodsOf('/v1/media/uploads/5')).toEqual(['HEAD', 'PATCH']);
});
