import { RedisUnavailableError } from '@parley/redis';
import { describe, expect, it } from 'vitest';
import { MediaStoreError } from '../media/media-store-error.ts';
import { isUnavailable } from './is-unavailable.ts';

describe('isUnavailable', () => {
  it.each([
    new RedisUnavailableError('Redis is not reachable'),
    new MediaStoreError('The media store does not respond'),
    Object.assign(new Error('connect failed'), { code: 'ECONNREFUSED' }),
    Object.assign(new Error('the database system is starting up'), { code: '57P03' }),
    new Error('Connection terminated unexpectedly'),
    new Error('LOADING Redis is loading the dataset in memory'),
  ])('isUnavailable returns true for an error after which a retry can succeed: %s', (error) => {
    expect(isUnavailable(error)).toBe(true);
  });

  it.each([
    new Error('Redis is not reachable'),
    Object.assign(new Error('duplicate key'), { code: '23505' }),
    new Error('WRONGTYPE Operation against a key holding the wrong kind of value'),
    'ECONNREFUSED',
  ])('isUnavailable returns false for any other error: %s', (error) => {
    expect(isUnavailable(error)).toBe(false);
  });
});
