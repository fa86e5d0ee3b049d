import { generateKeyPairSync } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { describe, expect, it } from 'vitest';
import { signToken, verifyToken } from '../token.ts';
import { generateTokenKey, type TokenKey, tokenKeys } from './token-keys.ts';

const claims = { user: 17, session: 's', lifetime: 60 };
const valid = { ok: true, user: 17, session: 's' };
const secret = 'a secret of tests, long enough for anything';

function read(half: 'private' | 'public', value: unknown): readonly TokenKey[] {
  const outcome = tokenKeys(half).read(JSON.stringify(value), true);
  if (!outcome.ok) throw new Error(outcome.problem);
  return outcome.value;
}

const [first, second] = [generateTokenKey(), generateTokenKey()];
const [pair] = read('private', first.privateKey) as [TokenKey];

describe('a token signed with a key pair', () => {
  it('a public key verifies a token that its key pair signed, but cannot sign tokens', () => {
    const publicKeys = read('public', { keys: [first.publicKey] });
    expect(verifyToken({ secret: undefined, keys: publicKeys }, signToken(pair, claims))).toMatchObject(valid);
    expect(publicKeys[0]?.kid).toBe(pair.kid);
    expect(() => signToken(publicKeys[0] as TokenKey, claims)).toThrow('public');
  });

  it('a token stays valid after the signing key has changed, until the key that signed it is removed', () => {
    const token = signToken(pair, claims);
    const [next] = read('private', [second.privateKey, first.privateKey]) as [TokenKey, TokenKey];
    const both = { secret: undefined, keys: read('public', [second.publicKey, first.publicKey]) };
    expect(verifyToken(both, token)).toMatchObject(valid);
    expect(verifyToken(both, signToken(next, claims))).toMatchObject(valid);
    expect(verifyToken({ secret: undefined, keys: read('public', [second.publicKey]) }, token)).toMatchObject({
      ok: false,
    });
  });

  it('verifyToken accepts tokens of a key pair and of the shared secret if both are configured', () => {
    const keys = read('public', [first.publicKey]);
    const old = signToken(secret, claims);
    expect(verifyToken({ secret, keys }, old)).toMatchObject(valid);
    expect(verifyToken({ secret, keys }, signToken(pair, claims))).toMatchObject(valid);
    expect(verifyToken({ secret: undefined, keys }, old)).toEqual({ ok: false, reason: 'invalid' });
  });
});

describe('a forged token', () => {
  const keys = read('public', [first.publicKey]);
  const options = { subject: '17', expiresIn: 60, issuer: 'parley', audience: 'parley', keyid: pair.kid } as const;

  it.each([
    [
      'signed with the public key as an HS256 secret',
      () => {
        const pem = (keys[0] as TokenKey).publicKey.export({ format: 'pem', type: 'spki' });
        return jwt.sign({ sid: 's' }, pem, { ...options, algorithm: 'HS256' });
      },
    ],
    [
      'signed with another key under this kid',
      () => {
        const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
        return jwt.sign({ sid: 's' }, privateKey, { ...options, algorithm: 'ES256' });
      },
    ],
    [
      'without a signature',
      () => {
        const [, body] = signToken(pair, claims).split('.');
        const head = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT', kid: pair.kid })).toString('base64url');
        return `${head}.${body}.`;
      },
    ],
    [
      'with an extension that must be understood',
      () =>
        jwt.sign({ sid: 's' }, pair.privateKey as never, {
          ...options,
          algorithm: 'ES256',
          header: { alg: 'ES256', crit: ['x'], x: 1 } as never,
        }),
    ],
    ['of a kid that is unknown', () => signToken({ ...pair, kid: 'other' }, claims)],
  ])('verifyToken rejects a token %s as invalid', (_, forge) => {
    expect(verifyToken({ secret: undefined, keys }, forge())).toEqual({ ok: false, reason: 'invalid' });
    expect(verifyToken({ secret, keys }, forge())).toEqual({ ok: false, reason: 'invalid' });
  });
});

describe('a setting of keys', () => {
  it.each([
    ['public', first.privateKey, 'private part'],
    ['private', first.publicKey, 'no private part'],
    ['private', [first.privateKey, first.privateKey], 'two keys'],
    ['private', { kty: 'oct', k: 'x' }, 'EC on P-256'],
    ['public', { ...first.publicKey, x: 'AAAA' }, 'no valid key'],
    ['public', { ...first.publicKey, kid: 'a b' }, 'kid'],
  ] as const)('%s refuses %j', (half, value, problem) => {
    const outcome = tokenKeys(half).read(JSON.stringify(value), true);
    expect(outcome).toMatchObject({ ok: false, problem: expect.stringContaining(problem) });
    expect(JSON.stringify(outcome)).not.toContain(first.privateKey.d as string);
  });

  it('tokenKeys rejects an invalid key setting, and its error does not contain the key', () => {
    const outcome = tokenKeys('private').read('{"d":"my-secret', true);
    expect(outcome).toEqual({ ok: false, problem: 'must be JSON Web Keys' });
  });
});
