import { generateKeyPairSync } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { describe, expect, it } from 'vitest';
import { signToken, verifyToken } from './token.ts';

const secret = 'a secret of more than thirty-two characters';
const claims = { sid: 's1' };
const ours: jwt.SignOptions = { subject: '195752', expiresIn: 60, issuer: 'parley', audience: 'parley' };

describe('verifyToken', () => {
  it('verifyToken returns the user, session and expiry of a token that signToken created', () => {
    const before = Date.now();
    const verified = verifyToken(secret, signToken(secret, { user: 195752, session: 's1', lifetime: 60 }));
    expect(verified).toMatchObject({ ok: true, user: 195752, session: 's1' });
    if (!verified.ok) throw new Error(verified.reason);
    expect(verified.expires).toBeGreaterThanOrEqual(Math.floor(before / 1000) * 1000 + 60_000);
    expect(verified.expires).toBeLessThanOrEqual(Date.now() + 60_000);
  });

  it('verifyToken distinguishes an expired token from an invalid one', () => {
    expect(verifyToken(secret, jwt.sign(claims, secret, { ...ours, expiresIn: -1 }))).toEqual({
      ok: false,
      reason: 'expired',
    });
    expect(verifyToken('another', jwt.sign(claims, secret, { ...ours, expiresIn: -1 }))).toEqual({
      ok: false,
      reason: 'invalid',
    });
  });

  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const unsigned = `${part({ alg: 'none', typ: 'JWT' })}.${part({ sub: '1', sid: 's1', exp: 9e9, iss: 'parley', aud: 'parley' })}.`;

  it.each([
    ['an empty text', ''],
    ['a text that is not a JWT', 'abc.def.ghi'],
    ['alg none', unsigned],
    ['another secret', jwt.sign(claims, `${secret}!`, ours)],
    ['HS512', jwt.sign(claims, secret, { ...ours, algorithm: 'HS512' })],
    ['RS256', jwt.sign(claims, privateKey, { ...ours, algorithm: 'RS256' })],
    ['another issuer', jwt.sign(claims, secret, { ...ours, issuer: 'elsewhere' })],
    ['another audience', jwt.sign(claims, secret, { ...ours, audience: 'elsewhere' })],
    ['a user that is not a number', jwt.sign(claims, secret, { ...ours, subject: 'root' })],
    ['user 0', jwt.sign(claims, secret, { ...ours, subject: '0' })],
    ['a user beyond safe integers', jwt.sign(claims, secret, { ...ours, subject: '9007199254740993' })],
    ['a token without session', jwt.sign({}, secret, ours)],
    [
      'a time before its user existed',
      jwt.sign({ ...claims, iat: Date.UTC(2026, 0, 1) / 1000 }, secret, {
        ...ours,
        expiresIn: '30y',
        subject: String((Date.UTC(2026, 5, 1) - Date.UTC(2025, 0, 1)) * 1024),
      }),
    ],
    ['a token without expiry', jwt.sign(claims, secret, { subject: '1', issuer: 'parley', audience: 'parley' })],
    ['a text payload', jwt.sign('text', secret)],
  ])('verifyToken rejects %s', (_, token) => {
    expect(verifyToken(secret, token)).toEqual({ ok: false, reason: 'invalid' });
  });
});
