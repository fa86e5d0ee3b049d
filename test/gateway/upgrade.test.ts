import { problemSchema } from '@parley/protocol';
import { revokeSession } from '@parley/redis';
import { signToken } from '@parley/service';
import { waitFor } from '@parley/stack';
import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Client } from './client.ts';
import { Kit, tokenSecret } from './kit.ts';
import { type Knocked, knock } from './knock.ts';

let kit: Kit;
let user: number;
beforeAll(async () => {
  kit = await Kit.start(2, { maxConnectionsPerUser: 4, origins: ['https://chat.example', 'http://localhost:3000'] });
  await kit.addGateway({ origins: ['*'] });
  user = kit.newId();
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const endless = { sid: 's', sub: '7', iss: 'parley', aud: 'parley' };
const claims = { ...endless, exp: Math.floor(Date.now() / 1000) + 600 };

/** Expects that the socket was refused with a problem document of this code. */
function expectRefused({ status, headers, body }: Knocked, expected: number, code: string): void {
  expect(status).toBe(expected);
  expect(headers['content-type']).toBe('application/problem+json');
  expect(problemSchema.parse(body)).toMatchObject({ status: expected, code });
}

describe('before the socket opens', () => {
  it.each<[string, Record<string, string>]>([
    ['no token', {}],
    ['an empty token', { authorization: 'Bearer ' }],
    ['another scheme', { authorization: 'Basic dXNlcjpwYXNz' }],
    ['garbage', bearer('garbage')],
    ['a token of nothing but dots', bearer('..')],
    ['a token without a signature', bearer(jwt.sign(claims, '', { algorithm: 'none' }))],
    ['a token signed with another key', bearer(jwt.sign(claims, 'another secret, just as long as the other'))],
    ['a token signed by another algorithm', bearer(jwt.sign(claims, tokenSecret, { algorithm: 'HS512' }))],
    ['a token of another issuer', bearer(jwt.sign({ ...claims, iss: 'other' }, tokenSecret))],
    ['a token for another audience', bearer(jwt.sign({ ...claims, aud: 'other' }, tokenSecret))],
    ['a token of no user', bearer(jwt.sign({ ...claims, sub: 'root' }, tokenSecret))],
    ['a token of no session', bearer(jwt.sign({ ...claims, sid: undefined }, tokenSecret))],
    ['a token that never ends', bearer(jwt.sign(endless, tokenSecret))],
    ['an expired token', bearer(jwt.sign({ ...claims, exp: 1_700_000_000 }, tokenSecret))],
    ['an expired token among the protocols', { 'sec-websocket-protocol': 'parley.v1, ..' }],
    ['the protocol alone', { 'sec-websocket-protocol': 'parley.v1' }],
    ['a token behind another protocol', { 'sec-websocket-protocol': `chat, ${jwt.sign(claims, tokenSecret)}` }],
  ])('the gateway refuses an upgrade with %s with 401', async (_title, headers) => {
    const knocked = await knock(kit.gateway().http, '/v1/socket', headers);
    expectRefused(knocked, 401, 'unauthenticated');
    expect(knocked.headers['www-authenticate']).toBe('Bearer');
  });

  it.each([
    ['a foreign origin', 'https://evil.example', 403],
    ['an allowed name under another scheme', 'http://chat.example', 403],
    ['an allowed name with more behind it', 'https://chat.example.evil.example', 403],
    ['no origin to speak of', 'null', 403],
    ['an allowed origin', 'https://chat.example', 101],
    ['an allowed origin with its port', 'http://localhost:3000', 101],
    ['another port', 'http://localhost:3001', 403],
  ])('the gateway accepts an upgrade only from an allowed origin: %s', async (_title, origin, status) => {
    const knocked = await knock(kit.gateway().http, '/v1/socket', { ...bearer(kit.token(kit.newId())), origin });
    if (status === 101) expect(knocked.status).toBe(101);
    else expectRefused(knocked, 403, 'forbidden');
  });

  it('the gateway accepts pages of its own host, and pages of every origin if the setting allows all', async () => {
    const token = bearer(kit.token(kit.newId()));
    const own = await knock(kit.gateway().http, '/v1/socket', { ...token, origin: kit.gateway().http });
    expect(own.status).toBe(101);
    const open = await knock(kit.gateway(2).http, '/v1/socket', { ...token, origin: 'https://evil.example' });
    expect(open.status).toBe(101);
  });

  it('the gateway accepts a device id of 64 characters and refuses one of 65 with 400', async () => {
    const token = bearer(kit.token(kit.newId()));
    expect((await knock(kit.gateway().http, `/v1/socket?device=${'d'.repeat(64)}`, token)).status).toBe(101);
    expectRefused(await knock(kit.gateway().http, `/v1/socket?device=${'d'.repeat(65)}`, token), 400, 'bad-request');
  });

  it('the gateway accepts a token that is offered as a subprotocol, and selects its own subprotocol', async () => {
    const offered = { 'sec-websocket-protocol': `parley.v1, ${kit.token(kit.newId())}` };
    const knocked = await knock(kit.gateway().http, '/v1/socket', offered);
    expect(knocked.status).toBe(101);
    expect(knocked.headers['sec-websocket-protocol']).toBe('parley.v1');
  });

  it('the gateway accepts requests with 12 KiB of cookies', async () => {
    const headers = { ...bearer(kit.token(kit.newId())), cookie: `c=${'x'.repeat(12 * 1024)}` };
    expect((await knock(kit.gateway().http, '/v1/socket', headers)).status).toBe(101);
  });

  it('the gateway opens a socket only for a valid WebSocket handshake', async () => {
    expectRefused(await knock(kit.gateway().http, '/v2/socket', bearer(kit.token(user))), 404, 'not-found');
    const plain = await fetch(`${kit.gateway().http}/v1/socket`, { headers: bearer(kit.token(user)) });
    expect([plain.status, plain.headers.get('upgrade')]).toEqual([426, 'websocket']);
    const old = await knock(kit.gateway().http, '/v1/socket', {
      ...bearer(kit.token(user)),
      'sec-websocket-version': '8',
    });
    expect([old.status, old.headers['sec-websocket-version']]).toEqual([426, '13']);
  });

  it.each(['yesterday', '7', '7-3-1', '-7-3', '9007199254740993-1', 'LATEST'])(
    'the gateway refuses an upgrade with an invalid cursor (%s) with 400',
    async (cursor) => {
      const token = bearer(kit.token(kit.newId()));
      expectRefused(await knock(kit.gateway().http, `/v1/socket?cursor=${cursor}`, token), 400, 'bad-request');
    },
  );
});

describe('too many connections of a user', () => {
  it('the gateway replies 429 if a user exceeds the maximum number of connections across all gateways', async () => {
    const many = kit.newId();
    const opened: Client[] = [];
    for (let i = 0; i < 4; i += 1) opened.push(await kit.connect(many, 0, { device: `d${i}` }));
    for (const gateway of [0, 1]) {
      const knocked = await knock(kit.gateway(gateway).http, '/v1/socket', bearer(kit.token(many)));
      expectRefused(knocked, 429, 'too-many');
      expect(Number(knocked.headers['retry-after'])).toBeGreaterThan(0);
    }
    await opened.pop()?.close();
    const { client, keys } = kit.link;
    await waitFor(async () => (await client.hvals(keys.online(many))).join() === '3');
    await using fourth = await kit.connect(many, 1, { device: 'fourth' });
    await fourth.settled();
    for (const client of opened) await client.close();
  });
});

describe('open connections', () => {
  it('the gateway closes a connection of a revoked session with 4003 and handles none of its frames', async () => {
    const [a, b] = await kit.friends();
    const token = kit.token(a, { session: 'stolen' });
    await revokeSession(kit.link, a, 'stolen', Date.now() + 600_000);
    await using thief = Client.start(kit.gateway().url, token);
    thief.socket.on('open', () => thief.send({ type: 'send', ref: 'x', to: b, body: { type: 'text', text: 'x' } }));
    expect(await thief.untilClosed()).toMatchObject({ code: 4003 });
    expect(thief.frames).toEqual([]);
    expect(await kit.inbox(b)).toEqual([]);
  });

  it('when a session is revoked, the gateway closes its connections with 4003 and keeps those of other sessions', async () => {
    const a = kit.newId();
    await using lost = await Client.open(kit.gateway(0).url, kit.token(a, { session: 'lost' }));
    await using kept = await Client.open(kit.gateway(0).url, kit.token(a, { session: 'kept' }));
    await using far = await Client.open(kit.gateway(1).url, kit.token(a, { session: 'lost' }), { device: 'far' });
    await revokeSession(kit.link, a, 'lost', Date.now() + 600_000);
    expect(await lost.untilClosed()).toMatchObject({ code: 4003 });
    expect(await far.untilClosed()).toMatchObject({ code: 4003 });
    await kept.settled();
  });

  it('the gateway closes a connection with 4001 when its token expires, unless the client renewed the token', async () => {
    const a = kit.newId();
    const short = () => signToken(tokenSecret, { user: a, session: 's', lifetime: 2 });
    await using ends = await Client.open(kit.gateway().url, short(), { device: 'ends' });
    await using stays = await Client.open(kit.gateway().url, short(), { device: 'stays' });
    expect(await stays.ask({ type: 'auth', ref: 'a', token: kit.token(a) })).toEqual({ type: 'ack', ref: 'a' });
    expect(await ends.untilClosed()).toMatchObject({ code: 4001 });
    await stays.settled();
  });

  it('the gateway rejects an auth frame with an unusable token, and the connection keeps its previous token', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    await revokeSession(kit.link, a, 'ended', Date.now() + 600_000);
    for (const [token, code] of [
      [kit.token(b), 'forbidden'],
      [kit.token(a, { session: 'ended' }), 'unauthenticated'],
      ['garbage', 'unauthenticated'],
      [jwt.sign({ ...claims, sub: String(a), exp: 1_700_000_000 }, tokenSecret), 'unauthenticated'],
    ] as const) {
      expect(await alice.ask({ type: 'auth', ref: code, token })).toMatchObject({ type: 'error', code, retry: false });
    }
    await alice.text(b, 'still here');
  });

  it('a device that connects twice gets every event on both connections', async () => {
    const [a, b] = await kit.friends();
    await using first = await kit.connect(b, 0, { device: 'same' });
    await using second = await kit.connect(b, 1, { device: 'same' });
    await using alice = await kit.connect(a);
    await alice.text(b, 'both');
    for (const client of [first, second]) {
      await client.untilEvents(1);
      expect(client.heard).toEqual(['both']);
    }
  });

  it('the welcome frame precedes all replies, even if the client sends frames before it', async () => {
    const [a, b] = await kit.friends();
    for (let round = 0; round < 10; round += 1) {
      await using early = Client.start(kit.gateway(round % 2).url, kit.token(a), { device: `d${round}` });
      early.socket.on('open', () => {
        early.send({ type: 'ping', ref: 'p' });
        early.socket.send('{"type":"nonsense","ref":"n"}');
        early.send({ type: 'send', ref: `early${round}`, to: b, body: { type: 'text', text: 'x' } });
      });
      expect(await early.reply(`early${round}`)).toMatchObject({ type: 'ack' });
      const answers = early.frames.filter((frame) => frame.type !== 'event').map(({ type }) => type);
      expect(answers[0]).toBe('welcome');
      expect(answers.toSorted()).toEqual(['ack', 'error', 'pong', 'welcome']);
    }
  });

  it('a browser can connect by offering the token as a subprotocol', async () => {
    const socket = new WebSocket(`${kit.gateway().url}/v1/socket`, ['parley.v1', kit.token(kit.newId())], {
      origin: 'https://chat.example',
    });
    const [data] = await new Promise<[Buffer]>((resolve, reject) => {
      socket.once('message', (...args) => resolve(args as unknown as [Buffer]));
      socket.once('error', reject);
    });
    expect(socket.protocol).toBe('parley.v1');
    expect(JSON.parse(data.toString())).toMatchObject({ type: 'welcome' });
    socket.terminate();
  });
});
