import { createHash } from 'node:crypto';
import { readEnv } from '@parley/service';
import { describe, expect, it } from 'vitest';
import { apiKeys, findKey } from './api-keys.ts';

const secret = 'key-of-the-product-long-enough-for-anything';
const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const read = (text: string) => readEnv({ API_KEYS: text }, { API_KEYS: apiKeys() }).API_KEYS;

describe('API_KEYS', () => {
  it('API_KEYS defaults to no keys', () => {
    expect(read('')).toEqual([]);
    expect(findKey([], '')).toBeUndefined();
  });

  it('API_KEYS accepts plain secrets, and names with the hash of a secret', () => {
    const keys = read(`${secret}, shop:${hash('another one')},shop-2:${hash('a third').toUpperCase()}`);
    expect(findKey(keys, secret)?.name).toBe('key-1');
    expect(findKey(keys, 'another one')?.name).toBe('shop');
    expect(findKey(keys, 'a third')?.name).toBe('shop-2');
    for (const wrong of ['', 'shop', `${secret} `, hash('another one'), `shop:${hash('another one')}`]) {
      expect(findKey(keys, wrong)).toBeUndefined();
    }
  });

  it('an API key has the scopes that API_KEYS lists for it, and all scopes without a list', () => {
    const keys = read(`shop:${hash('one')}:read+tokens,all:${hash('two')}`);
    expect([...(findKey(keys, 'one')?.scopes ?? [])]).toEqual(['read', 'tokens']);
    expect(findKey(keys, 'two')?.scopes.has('admin')).toBe(true);
    expect(() => read(`shop:${hash('one')}:everything`)).toThrow(/scopes \(read, write/);
  });

  it('API_KEYS rejects a key that is too short, without printing it', () => {
    expect(() => read(`${secret},short-secret`)).toThrow(/API_KEYS \[1\] must have at least 32/);
    expect(() => read('short-secret')).not.toThrow(/short-secret/);
    expect(() => read('a secret with blanks, which no header can hold')).toThrow(/API_KEYS/);
  });
});
