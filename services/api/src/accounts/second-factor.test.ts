import type { Problem, Session } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Product, startServerApi } from '../../test/server-api.ts';
import { type Person, password } from '../../test/test-api.ts';
import { codeOf } from '../../test/totp-code.ts';

let product: Product;

beforeAll(async () => {
  product = await startServerApi({ SIGN_INS_PER_MINUTE: '5' });
});
afterAll(() => product?.[Symbol.asyncDispose]());

const signIn = (person: Person, code?: string) =>
  product.api.call<Session & Problem>('post', '/v1/sessions', {
    body: { username: person.session.user.username, password, ...(code && { code }) },
  });

/**
 * Registers a user with a second factor, for which only the code of the previous time step is used
 * up.
 */
async function withTotp(): Promise<{ person: Person; secret: string; recoveryCodes: string[] }> {
  const person = await product.api.person();
  const { body } = await person.call<{ secret: string; uri: string }>('post', '/v1/me/totp', { password });
  expect(body.uri).toMatch(/^otpauth:\/\/totp\/Parley:person-\d+\?.*secret=/);
  const confirmed = await person.call<{ recoveryCodes: string[] }>('put', '/v1/me/totp', {
    code: codeOf(body.secret, -1),
  });
  expect(confirmed.status).toBe(200);
  return { person, secret: body.secret, ...confirmed.body };
}

describe('a second factor', () => {
  it('a sign-in requires the second factor in addition to the password', async () => {
    const { person, secret } = await withTotp();
    const without = await signIn(person);
    expect([without.status, without.body.code]).toEqual([401, 'code-required']);
    expect((await signIn(person, '000000')).body.code).toBe('unauthenticated');
    expect((await signIn(person, codeOf(secret))).status).toBe(201);
    expect((await person.get('/v1/me/account')).body).toMatchObject({ totp: true, recoveryCodes: 10 });
  });

  it('a code of the second factor works once, even if two sign-ins use it concurrently', async () => {
    const { person, secret } = await withTotp();
    const both = await Promise.all([signIn(person, codeOf(secret)), signIn(person, codeOf(secret))]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 401]);
    expect((await signIn(person, codeOf(secret, -1))).status).toBe(401);
  });

  it('a client with a wrong password does not learn that the account has a second factor', async () => {
    const { person } = await withTotp();
    const { body } = await product.api.call<Problem>('post', '/v1/sessions', {
      body: { username: person.session.user.username, password: 'a wrong password' },
    });
    expect(body.code).toBe('unauthenticated');
  });

  it('the api limits guesses at the code of the second factor per account, on any device', async () => {
    const { person, secret } = await withTotp();
    const { deviceToken } = person.session;
    const statuses: number[] = [];
    for (let i = 0; i < 6; i += 1) {
      const body = { username: person.session.user.username, password, code: `00000${i}`, deviceToken };
      statuses.push((await product.api.call('post', '/v1/sessions', { body })).status);
    }
    expect(statuses.at(-1)).toBe(429);
    expect((await signIn(person, codeOf(secret))).status).toBe(429);
  });

  it('each recovery code works once in place of the second factor', async () => {
    const { person, recoveryCodes } = await withTotp();
    const [code = ''] = recoveryCodes;
    expect(new Set(recoveryCodes).size).toBe(10);
    expect((await signIn(person, code.toUpperCase().replaceAll('-', ' '))).status).toBe(201);
    expect((await signIn(person, code)).status).toBe(401);
    expect((await person.get('/v1/me/account')).body).toMatchObject({ recoveryCodes: 9 });
  });

  it('enabling a second factor signs out the other devices', async () => {
    const person = await product.api.person();
    const other = (await signIn(person)).body;
    const { body } = await person.call<{ secret: string }>('post', '/v1/me/totp', { password });
    expect((await signIn(person)).status).toBe(201);
    await person.call('put', '/v1/me/totp', { code: codeOf(body.secret) });
    expect((await product.api.call('get', '/v1/me', { token: other.accessToken })).status).toBe(401);
    expect((await person.get('/v1/me')).status).toBe(200);
  });

  it('disabling the second factor requires the password and a code', async () => {
    const { person, secret } = await withTotp();
    const remove = (given: object) => person.call<Problem>('delete', '/v1/me/totp', given);
    expect((await remove({ password: 'a wrong one', code: codeOf(secret) })).status).toBe(403);
    expect((await remove({ password, code: '000000' })).status).toBe(401);
    expect((await remove({ password, code: codeOf(secret) })).status).toBe(204);
    expect((await signIn(person)).status).toBe(201);
  });

  it('a password reset keeps the second factor, while the operator can disable it', async () => {
    const { person } = await withTotp();
    const { body } = await product.call<{ token: string }>('post', `/users/~${person.id}/password-reset`);
    await product.api.call('put', `/v1/password-resets/${body.token}`, { body: { password } });
    expect((await signIn(person)).body.code).toBe('code-required');
    expect((await product.call('delete', `/users/~${person.id}/totp`)).status).toBe(204);
    expect((await signIn(person)).status).toBe(201);
  });

  it('the api stores the secret of the second factor encrypted', async () => {
    const { person, secret, recoveryCodes } = await withTotp();
    const row = await product.api.db.selectFrom('users').selectAll().where('id', '=', person.id).execute();
    const codes = await product.api.db.selectFrom('recovery_codes').selectAll().execute();
    const text = JSON.stringify([row, codes]);
    for (const word of [secret, ...recoveryCodes]) expect(text).not.toContain(word);
  });
});
