import { generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { waitFor } from '@parley/stack';
import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { KeySetOptions } from './key-set.ts';
import { TokenVerifier } from './verifier.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const next = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwk = (key: KeyObject, more: object): JsonWebKey => ({ ...key.export({ format: 'jwk' }), ...more });
const first = jwk(rsa.publicKey, { kid: 'one', use: 'sig', alg: 'RS256' });

/** A server that publishes keys. The test sets its response. */
let server: Server;
let url: string;
let answer: { status?: number; body?: string; location?: string; hang?: boolean } = {};
let asked = 0;
const publish = (...keys: JsonWebKey[]) => {
  answer = { body: JSON.stringify({ keys }) };
};

beforeAll(async () => {
  server = createServer((_, response) => {
    asked += 1;
    if (answer.hang) return;
    const headers = { 'content-type': 'application/json', ...(answer.location && { location: answer.location }) };
    response.writeHead(answer.status ?? 200, headers);
    response.end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asked = 0;
  publish(first);
});

async function verifierOf(options: Partial<KeySetOptions> = {}): Promise<Tested> {
  const issuer = { issuer: 'idp', audience: 'chat', keys: { jwks: url }, uid: undefined, prefix: '', tolerance: 0 };
  const failures: unknown[] = [];
  const onError = (error: unknown) => void failures.push(error);
  const verifier = new TokenVerifier('x'.repeat(32), [issuer], { pause: 0, onError, ...options });
  await verifier.start();
  return Object.assign(verifier, { failures, [Symbol.dispose]: () => verifier.stop() });
}

type Tested = TokenVerifier & Disposable & { failures: unknown[] };

const sign = (key: KeyObject, kid: string | undefined, algorithm: jwt.Algorithm = 'RS256') =>
  jwt.sign({}, key, {
    ...{ algorithm, issuer: 'idp', audience: 'chat', subject: 'ann', expiresIn: 60 },
    ...(kid === undefined ? {} : { keyid: kid }),
  });

describe('keys published at a URL', () => {
  it('KeySet returns a published key without waiting once it has been fetched', async () => {
    using verifier = await verifierOf();
    expect(verifier.verify(sign(rsa.privateKey, 'one'))).toMatchObject({ ok: true, bearer: { external: 'ann' } });
    expect(verifier.verify(sign(next.privateKey, 'one'))).toEqual({ ok: false, reason: 'invalid' });
    expect(asked).toBe(1);
  });

  it('KeySet does not return a newly published key until the key is fetched', async () => {
    using verifier = await verifierOf();
    publish(first, jwk(next.publicKey, { kid: 'two' }));
    const token = sign(next.privateKey, 'two');
    expect(verifier.verify(token)).toEqual({ ok: false, reason: 'invalid' });
    await waitFor(() => verifier.verify(token).ok);
    expect(verifier.verify(sign(rsa.privateKey, 'one')).ok).toBe(true);
  });

  it('KeySet fetches a limited number of times because of unknown keys', async () => {
    using verifier = await verifierOf({ pause: 60_000 });
    for (let i = 0; i < 50; i += 1) expect(verifier.verify(sign(rsa.privateKey, `kid-${i}`)).ok).toBe(false);
    expect(asked).toBe(1);
  });

  it('KeySet no longer returns a key that the issuer has withdrawn', async () => {
    using verifier = await verifierOf({ interval: 20 });
    publish(jwk(next.publicKey, { kid: 'two' }));
    await waitFor(() => !verifier.verify(sign(rsa.privateKey, 'one')).ok);
  });

  it('KeySet keeps the published keys while their URL is unavailable', async () => {
    using verifier = await verifierOf({ interval: 10 });
    answer = { status: 500, body: 'gone' };
    await waitFor(() => verifier.failures.length >= 2);
    expect(verifier.verify(sign(rsa.privateKey, 'one')).ok).toBe(true);
  });

  it('KeySet returns the only key for a token that names no key', async () => {
    using verifier = await verifierOf();
    expect(verifier.verify(sign(rsa.privateKey, undefined)).ok).toBe(true);
    publish(first, jwk(next.publicKey, { kid: 'two' }));
    using two = await verifierOf();
    expect(two.verify(sign(rsa.privateKey, undefined)).ok).toBe(false);
  });

  it('KeySet allows each key only its own algorithm, such as ES256 for a P-256 key', async () => {
    publish(first, jwk(ec.publicKey, { kid: 'ec' }));
    using verifier = await verifierOf();
    expect(verifier.verify(sign(ec.privateKey, 'ec', 'ES256')).ok).toBe(true);
    expect(verifier.verify(sign(ec.privateKey, 'one', 'ES256')).ok).toBe(false);
    expect(verifier.verify(sign(rsa.privateKey, 'ec')).ok).toBe(false);
    expect(verifier.verify(sign(rsa.privateKey, 'one', 'RS512')).ok).toBe(false);
    expect(verifier.verify(sign(rsa.privateKey, 'one', 'PS256')).ok).toBe(false);
  });

  const small = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  it.each([
    ['shared secrets', { kty: 'oct', k: Buffer.from('x'.repeat(32)).toString('base64url'), kid: 'one' }],
    ['keys to encrypt', { ...first, use: 'enc' }],
    ['keys of another algorithm', { ...first, alg: 'RS512' }],
    ['short RSA keys', jwk(small.publicKey, { kid: 'one' })],
    ['other curves', jwk(p384.publicKey, { kid: 'one' })],
    ['broken keys', { kty: 'RSA', n: 'x', e: '', kid: 'one' }],
  ])('KeySet ignores published keys that are %s', async (_, key) => {
    publish(key as JsonWebKey);
    using verifier = await verifierOf();
    expect(verifier.failures).toHaveLength(1);
  });

  it.each([
    ['is elsewhere', () => ({ status: 302, location: `${url}/moved`, body: '' })],
    ['is no JSON', () => ({ body: '<html>' })],
    ['is no set', () => ({ body: '{"keys":1}' })],
    ['is too large', () => ({ body: JSON.stringify({ keys: [first], more: 'x'.repeat(600_000) }) })],
    ['does not come', () => ({ hang: true })],
  ])('the verifier starts without published keys if the response %s', async (_, make) => {
    answer = make();
    using verifier = await verifierOf({ timeout: 300, pause: 60_000 });
    expect(verifier.failures).toHaveLength(1);
    expect(asked).toBe(1);
    expect(verifier.verify(sign(rsa.privateKey, 'one')).ok).toBe(false);
  });
});
