import { closeSockets, readExternalUser, revokeSession, writeExternalUser, writePermits } from '@parley/redis';
import { readEnv, TokenVerifier, tokenIssuers } from '@parley/service';
import { waitFor } from '@parley/stack';
import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from './client.ts';
import { Kit, tokenSecret } from './kit.ts';
import { knock } from './knock.ts';

const secret = 'a secret shared with the product, long enough';
const { TOKEN_ISSUERS: issuers } = readEnv(
  {
    TOKEN_ISSUERS: JSON.stringify([
      { issuer: 'product', audience: 'chat', secret },
      { issuer: 'numbers', audience: 'chat', secret, uid: 'uid' },
    ]),
  },
  { TOKEN_ISSUERS: tokenIssuers() },
);

let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start(1, { tokenIssuers: issuers });
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

const tokenOf = (sub: string, claims: object = {}, options: jwt.SignOptions = {}) =>
  jwt.sign(claims, secret, { issuer: 'product', audience: 'chat', subject: sub, expiresIn: 600, ...options });
const numberToken = (uid: number) => tokenOf('x', { uid }, { issuer: 'numbers' });

/** Creates two friends. The first one has an external id. */
async function friends(): Promise<{ a: number; b: number; external: string }> {
  const [a, b] = await kit.friends();
  const external = `ann-${a}`;
  await writeExternalUser(kit.link, external, a);
  return { a, b, external };
}

describe('tokens of other issuers', () => {
  it("a token of another issuer connects the user who has the token's external id", async () => {
    const { a, b, external } = await friends();
    await using bob = await kit.connect(b);
    await using ann = await Client.open(kit.gateway().url, tokenOf(external));
    expect((await ann.welcome()).user).toBe(a);
    await ann.text(b, 'c1', 'hello');
    await bob.untilEvents(1);
    expect(bob.events[0]?.event).toMatchObject({ kind: 'message', from: a });
  });

  it('a token of another issuer connects a user by internal id if that issuer is allowed to use internal ids', async () => {
    const { a } = await friends();
    await using ann = await Client.open(kit.gateway().url, numberToken(a));
    expect((await ann.welcome()).user).toBe(a);
  });

  it('the gateway handles frames that arrive before it has sent the welcome after the welcome, in order', async () => {
    const { b, external } = await friends();
    const early = Client.start(kit.gateway().url, tokenOf(external));
    await using ann = early;
    await new Promise((resolve) => early.socket.once('open', resolve));
    for (const ref of ['1', '2', '3']) early.send({ type: 'send', ref, to: b, body: { type: 'text', text: ref } });
    await Promise.all([ann.reply('3'), ann.untilEvents(3)]);
    expect(ann.frames[0]?.type).toBe('welcome');
    expect(ann.events.flatMap(({ event }) => (event.kind === 'message' ? [event.ref] : []))).toEqual(['1', '2', '3']);
  });

  it('the gateway requests an unknown external id from the recorder', async () => {
    const [a] = await kit.friends();
    const external = `late-${a}`;
    await using ann = Client.start(kit.gateway().url, tokenOf(external));
    await waitFor(async () => (await kit.requested((entry) => entry.external === external)).length > 0);
    expect(await readExternalUser(kit.link, external)).toBeUndefined();
    await writeExternalUser(kit.link, external, a, true);
    expect((await ann.welcome()).user).toBe(a);
  });

  it('if nobody can look up the user of a token, the gateway responds with 503 and Retry-After', async () => {
    const { http } = kit.gateway();
    const lost = await knock(http, '/v1/socket', { authorization: `Bearer ${tokenOf('nobody-answers')}` });
    expect(lost).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(Number(lost.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('a token of another issuer is rejected if its user does not exist or was deleted', async () => {
    await writeExternalUser(kit.link, 'unknown', null);
    const group = await kit.group([kit.newId()]);
    const gone = kit.newId();
    await writePermits(kit.link, gone, { kind: 'nobody', version: 2 });
    await writeExternalUser(kit.link, 'gone', gone);
    for (const token of [tokenOf('unknown'), tokenOf('gone'), numberToken(gone), numberToken(group)]) {
      const headers = { authorization: `Bearer ${token}` };
      for (const path of ['/v1/socket', '/layim/socket'])
        expect(await knock(kit.gateway().http, path, headers)).toMatchObject({
          status: 401,
          body: { code: 'unauthenticated' },
        });
    }
  });

  it.each([
    ['expired', tokenOf('x', {}, { expiresIn: -60 })],
    ['for others', tokenOf('x', {}, { audience: 'mail' })],
    [
      'signed by someone else',
      jwt.sign({}, tokenSecret, { issuer: 'product', audience: 'chat', subject: 'x', expiresIn: 60 }),
    ],
  ])('a token of another issuer that is %s is rejected with 401', async (_, token) => {
    const answer = await fetch(`${kit.gateway().http}/v1/poll`, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(401);
  });

  it('a token of another issuer is accepted on every transport', async () => {
    const { a, b, external } = await friends();
    const headers = { authorization: `Bearer ${tokenOf(external)}`, 'content-type': 'application/json' };
    const { http } = kit.gateway();
    const frame = { type: 'send', ref: 'r1', to: b, body: { type: 'text', text: 'hi' } };
    const sent = await fetch(`${http}/v1/frames`, { method: 'POST', headers, body: JSON.stringify(frame) });
    expect([sent.status, await sent.json()]).toMatchObject([200, { type: 'ack', ref: 'r1' }]);
    const polled = await fetch(`${http}/v1/poll?timeout=5000`, { headers });
    expect(await polled.json()).toMatchObject({ frames: [{ type: 'event', event: { from: a, ref: 'r1' } }] });
    const stream = await fetch(`${http}/v1/events`, { headers });
    const { value } = await (stream.body as ReadableStream<Uint8Array>).getReader().read();
    expect(Buffer.from(value ?? []).toString()).toContain(`"user":${a}`);
    await stream.body?.cancel().catch(() => {});

    await writeExternalUser(kit.link, 'unknown', null);
    const unknown = { authorization: `Bearer ${tokenOf('unknown')}` };
    for (const path of ['/v1/poll', '/v1/events'])
      expect((await fetch(http + path, { headers: unknown })).status).toBe(401);
    const refused = await fetch(`${http}/v1/frames`, { method: 'POST', headers: unknown, body: JSON.stringify(frame) });
    expect(refused.status).toBe(401);
  });

  it('a connection with a token of another issuer can be renewed only with a token of the same user', async () => {
    const { external } = await friends();
    const other = await friends();
    await using ann = await Client.open(kit.gateway().url, tokenOf(external));
    expect(await ann.ask({ type: 'auth', ref: 'a1', token: tokenOf(external, {}, { expiresIn: 900 }) })).toMatchObject({
      type: 'ack',
    });
    expect(await ann.ask({ type: 'auth', ref: 'a2', token: tokenOf(other.external) })).toMatchObject({
      type: 'error',
      code: 'forbidden',
    });
  });

  it('revoking a session with a token of another issuer closes its connection; revoking all sessions of the user closes all', async () => {
    const { a, external } = await friends();
    const phone = tokenOf(external, { sid: 'phone' });
    await using one = await Client.open(kit.gateway().url, phone, { device: 'phone' });
    await using two = await Client.open(kit.gateway().url, tokenOf(external, { sid: 'tablet' }), { device: 'tablet' });
    const verified = new TokenVerifier(tokenSecret, issuers).verify(phone);
    if (!verified.ok) throw new Error(verified.reason);
    await revokeSession(kit.link, a, verified.session, Date.now() + 60_000);
    await waitFor(() => one.closed?.code === 4003);
    expect(two.closed).toBeUndefined();
    await closeSockets(kit.link, a);
    await waitFor(() => two.closed?.code === 4003);
  });

  it('the gateway limits how fast a user with a token of another issuer opens connections', async () => {
    const gateway = await kit.addGateway({ tokenIssuers: issuers, frameRate: 1, frameBurst: 20 });
    const { external } = await friends();
    const bearer = { authorization: `Bearer ${tokenOf(external)}` };
    await using first = await Client.open(gateway.url, tokenOf(external));
    // Each connection costs 5 frames.
    for (let i = 0; i < 6; i += 1) await fetch(`${gateway.http}/v1/poll?timeout=0`, { headers: bearer });
    for (const path of ['/v1/socket', '/v1/events', '/v1/poll'])
      expect([path, (await knock(gateway.http, path, bearer)).status]).toEqual([path, 429]);
    expect(first.closed).toBeUndefined();
  });
});
