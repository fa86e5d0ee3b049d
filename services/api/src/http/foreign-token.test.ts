import type { Problem, User } from '@parley/protocol';
import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Product, startServerApi } from '../../test/server-api.ts';

const secret = 'a secret shared with the product, long enough';
let product: Product;
beforeAll(async () => {
  product = await startServerApi({
    TOKEN_ISSUERS: JSON.stringify([
      { issuer: 'product', audience: 'chat', secret },
      { issuer: 'numbers', audience: 'chat', secret, uid: 'uid' },
    ]),
    REQUESTS_PER_MINUTE: '20',
  });
});
afterAll(() => product[Symbol.asyncDispose]());

const tokenOf = (sub: string, claims: object = {}, options: jwt.SignOptions = {}) =>
  jwt.sign(claims, secret, { issuer: 'product', audience: 'chat', subject: sub, expiresIn: 600, ...options });
const numberToken = (uid: number) => tokenOf('x', { uid }, { issuer: 'numbers' });
const me = (token: string) => product.api.call<User & Problem>('get', '/v1/me', { token });

describe('a token of another issuer', () => {
  it("a token of another issuer identifies its user by external id or by Parley's id", async () => {
    const [ann] = await product.people('ann');
    for (const token of [tokenOf('ann'), numberToken(ann.id)]) {
      const { status, body } = await me(token);
      expect([status, body.id]).toEqual([200, ann.id]);
    }
  });

  it('a token of another issuer is rejected for an unknown or deactivated user', async () => {
    const [gone] = await product.people('gone');
    await product.call('delete', '/users/gone');
    for (const token of [tokenOf('gone'), tokenOf('never-was'), numberToken(gone.id), numberToken(7)]) {
      const { status, body } = await me(token);
      expect([status, body.code]).toEqual([401, 'unauthenticated']);
    }
  });

  it.each([
    ['expired', tokenOf('ann', {}, { expiresIn: -60 })],
    ['for others', tokenOf('ann', {}, { audience: 'mail' })],
    ['of an unknown issuer', tokenOf('ann', {}, { issuer: 'elsewhere' })],
    ['not signed', `${tokenOf('ann').split('.').slice(0, 2).join('.')}.`],
  ])('a token of another issuer is rejected if it is %s', async (_, token) => {
    expect((await me(token)).status).toBe(401);
  });

  it('a request with a token of another issuer counts towards the rate limit of its user', async () => {
    await product.people('busy');
    const statuses = [];
    for (let i = 0; i < 21; i += 1) statuses.push((await me(tokenOf('busy', { sid: `s${i}` }))).status);
    expect(statuses).toEqual([...Array(20).fill(200), 429]);
  });

  it('the api responds 409 when a user of another issuer tries to end the session', async () => {
    await product.people('ben');
    const { status, body } = await product.api.call<Problem>('delete', '/v1/sessions/current', {
      token: tokenOf('ben'),
    });
    expect([status, body.code]).toEqual([409, 'conflict']);
    expect((await me(tokenOf('ben'))).status).toBe(200);
  });
});
