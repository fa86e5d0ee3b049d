import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readEnv } from '../env/read-env.ts';
import { tokenIssuers } from './issuers.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const privatePem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const secret = 'a secret shared with the product, long enough';
const read = (value: unknown) =>
  readEnv(
    { TOKEN_ISSUERS: typeof value === 'string' ? value : JSON.stringify(value) },
    { TOKEN_ISSUERS: tokenIssuers() },
  ).TOKEN_ISSUERS;
const plain = { issuer: 'https://id.example', audience: 'chat', secret };

describe('TOKEN_ISSUERS', () => {
  it('TOKEN_ISSUERS contains no issuers by default', () => {
    expect(read('')).toEqual([]);
  });

  it('TOKEN_ISSUERS allows each key only one algorithm', () => {
    const jwks = 'https://id.example/keys';
    const issuers = read([
      plain,
      { issuer: 'b', audience: 'chat', publicKey: pem, uid: 'chat_user', tolerance: 0 },
      { issuer: 'c', audience: 'chat', jwks, prefix: 'c|' },
    ]);
    expect(issuers).toMatchObject([
      { issuer: 'https://id.example', audience: 'chat', keys: { algorithm: 'HS256' }, prefix: '', tolerance: 30 },
      { keys: { algorithm: 'RS256' }, uid: 'chat_user', tolerance: 0 },
      { keys: { jwks }, prefix: 'c|' },
    ]);
  });

  it.each([
    ['no JSON', '{'],
    ['no list', plain],
    ['no object in it', ['x']],
    ['no audience', [{ issuer: 'a', secret }]],
    ['no key', [{ issuer: 'a', audience: 'chat' }]],
    ['two keys', [{ ...plain, publicKey: pem }]],
    ['a short secret', [{ ...plain, secret: 'short' }]],
    ['a public key as secret', [{ ...plain, secret: pem }]],
    ['a private key', [{ issuer: 'a', audience: 'chat', publicKey: privatePem }]],
    ['a key that is none', [{ issuer: 'a', audience: 'chat', publicKey: 'x' }]],
    ['keys over plain HTTP', [{ issuer: 'a', audience: 'chat', jwks: 'http://id.example/keys' }]],
    ['keys in a file', [{ issuer: 'a', audience: 'chat', jwks: 'file:///keys' }]],
    ['a password in the address', [{ issuer: 'a', audience: 'chat', jwks: 'https://a:b@id.example/keys' }]],
    ['our own issuer', [{ ...plain, issuer: 'parley' }]],
    ['one issuer twice', [plain, plain]],
    ['a misspelt field', [{ ...plain, audiance: 'x' }]],
    ['clocks that differ by an hour', [{ ...plain, tolerance: 3600 }]],
  ])('TOKEN_ISSUERS rejects %s without printing secrets', (_, value) => {
    const error = (() => {
      try {
        return String(read(value));
      } catch (thrown) {
        return thrown instanceof Error ? thrown.message : String(thrown);
      }
    })();
    expect(error).toContain('cannot use the environment: TOKEN_ISSUERS');
    expect(error).not.toContain(secret);
    expect(error).not.toContain('MII');
  });
});
