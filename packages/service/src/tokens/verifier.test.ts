import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { describe, expect, it } from 'vitest';
import { signToken } from '../token.ts';
import type { TokenIssuer } from './issuers.ts';
import { publicKey, secretKey } from './key.ts';
import { TokenVerifier } from './verifier.ts';

const secret = 'a secret of more than thirty-two characters';
const shared = 'a secret shared with the product, long enough';
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();

const issuer = (name: string, keys: TokenIssuer['keys'], more: Partial<TokenIssuer> = {}): TokenIssuer => ({
  issuer: name,
  audience: 'chat',
  keys,
  uid: undefined,
  prefix: '',
  tolerance: 10,
  ...more,
});

const verifier = new TokenVerifier(secret, [
  issuer('hs', secretKey(shared)),
  issuer('rs', publicKey(pem(rsa.publicKey))),
  issuer('es', publicKey(pem(ec.publicKey)), { prefix: 'es|' }),
  issuer('uid', secretKey(shared), { uid: 'chat_user' }),
]);

const options = (iss: string, more: jwt.SignOptions = {}): jwt.SignOptions => ({
  issuer: iss,
  audience: 'chat',
  subject: 'ann',
  expiresIn: 60,
  ...more,
});
const hs = (more: jwt.SignOptions = {}, claims: object = {}, iss = 'hs') =>
  jwt.sign(claims, shared, options(iss, more));
const rs = (more: jwt.SignOptions = {}, key = rsa.privateKey) =>
  jwt.sign({}, key, options('rs', { algorithm: 'RS256', ...more }));

describe('TokenVerifier', () => {
  it('TokenVerifier accepts tokens that Parley has signed', () => {
    const token = signToken(secret, { user: 195752, session: 's1', lifetime: 60 });
    expect(verifier.verify(token)).toMatchObject({ ok: true, bearer: { user: 195752 }, session: 's1' });
  });

  it.each([
    ['HS256 and a shared secret', hs(), 'ann'],
    ['RS256 and a public key', rs(), 'ann'],
    [
      'ES256 and a public key, subjects marked with a prefix',
      jwt.sign({}, ec.privateKey, options('es', { algorithm: 'ES256' })),
      'es|ann',
    ],
    ['several audiences', hs({ audience: ['other', 'chat'] }), 'ann'],
  ])('TokenVerifier accepts the token of another issuer by %s', (_, token, external) => {
    expect(verifier.verify(token)).toMatchObject({ ok: true, bearer: { external } });
  });

  it('TokenVerifier reads the user id from the configured claim, as a number or a string', () => {
    for (const claim of [195752, '195752']) {
      const token = hs({}, { chat_user: claim }, 'uid');
      expect(verifier.verify(token)).toMatchObject({ ok: true, bearer: { foreign: 195752 } });
    }
    for (const claim of [undefined, 0, -1, 1.5, '0x10', 'ann', null, true, 2 ** 53]) {
      expect(verifier.verify(hs({}, { chat_user: claim }, 'uid'))).toEqual({ ok: false, reason: 'invalid' });
    }
  });

  it('for a session of another issuer, TokenVerifier returns a session id that Parley never assigns', () => {
    const session = (token: string) => {
      const verified = verifier.verify(token);
      if (!verified.ok) throw new Error(verified.reason);
      return verified.session;
    };
    expect(session(hs())).toMatch(/^f\.[\w-]{22}$/);
    expect(session(hs({ expiresIn: 90 }))).toBe(session(hs()));
    expect(session(hs({}, { sid: 'phone' }))).toBe(session(hs({ expiresIn: 90 }, { sid: 'phone' })));
    const names = [hs(), rs(), hs({}, { sid: 'phone' }), hs({}, { sid: 'ann' }), hs({ subject: 'bob' })].map(session);
    expect(new Set(names).size).toBe(5);
  });

  it('TokenVerifier accepts tokens if the clocks differ by no more than the tolerance', () => {
    const token = hs({ expiresIn: -5 });
    const verified = verifier.verify(token);
    expect(verified.ok && verified.expires > Date.now()).toBe(true);
    expect(verifier.verify(hs({ notBefore: 5 })).ok).toBe(true);
    expect(verifier.verify(hs({ notBefore: 60 }))).toEqual({ ok: false, reason: 'invalid' });
    expect(verifier.verify(hs({ expiresIn: -20 }))).toEqual({ ok: false, reason: 'expired' });
    expect(verifier.verify(jwt.sign({}, `${shared}!`, options('hs', { expiresIn: -20 })))).toEqual({
      ok: false,
      reason: 'invalid',
    });
  });

  const claims = { iss: 'rs', aud: 'chat', sub: 'ann', exp: Math.floor(Date.now() / 1000) + 60 };
  it.each([
    ['alg none', `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.`],
    ['alg none with a signature', `${part({ alg: 'none' })}.${part(claims)}.c2lnbmF0dXJl`],
    ['HS256 with the PEM text of the public key as secret', forged(pem(rsa.publicKey))],
    ['HS256 with the PEM text without its last line break', forged(pem(rsa.publicKey).trim())],
    ['HS256 with the DER bytes of the public key', forged(rsa.publicKey.export({ type: 'spki', format: 'der' }))],
    ['RS256 where HS256 was agreed on', jwt.sign({}, rsa.privateKey, options('hs', { algorithm: 'RS256' }))],
    ['RS512', rs({ algorithm: 'RS512' })],
    ['PS256', rs({ algorithm: 'PS256' })],
    ['HS512', hs({ algorithm: 'HS512' })],
    ['the key of someone else', rs({}, otherRsa.privateKey)],
    ['another issuer’s key', jwt.sign({}, shared, options('rs'))],
    ['an unknown issuer', hs({}, {}, 'elsewhere')],
    ['our issuer with another’s key', jwt.sign({ sid: 's1' }, shared, { ...options('parley'), audience: 'parley' })],
    ['another audience', hs({ audience: 'mail' })],
    ['no audience', jwt.sign({}, shared, { issuer: 'hs', subject: 'ann', expiresIn: 60 })],
    ['no end', jwt.sign({}, shared, { issuer: 'hs', subject: 'ann', audience: 'chat' })],
    ['no subject', jwt.sign({}, shared, { issuer: 'hs', audience: 'chat', expiresIn: 60 })],
    ['a subject far too long', hs({ subject: 'x'.repeat(129) })],
    ['extensions that must be understood', hs({ header: { alg: 'HS256', crit: ['exp'] } as jwt.JwtHeader })],
    ['a changed payload', changed(hs())],
    ['nothing', ''],
    ['no JWT', 'a.b.c'],
    ['a header that is no object', `${Buffer.from('1').toString('base64url')}.${part(claims)}.x`],
    ['far too much', hs({}, { more: 'x'.repeat(9000) })],
  ])('TokenVerifier rejects %s', (_, token) => {
    expect(verifier.verify(token)).toEqual({ ok: false, reason: 'invalid' });
  });

  /**
   * Creates a forged token. It works against verifiers that use any key with the algorithm in the
   * header.
   */
  function forged(key: string | Buffer): string {
    const content = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
    return `${content}.${createHmac('sha256', key).update(content).digest('base64url')}`;
  }
});

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function changed(token: string): string {
  const [header, payload, signature] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString());
  return `${header}.${part({ ...claims, sub: 'root' })}.${signature}`;
}
