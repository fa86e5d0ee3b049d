import type { Block, Friend, Problem, Session, User } from '@parley/protocol';
import { hasPermits, isRevoked, readExternalUser, readPermit, readRelation } from '@parley/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiKey, type Product, startServerApi } from '../../../test/server-api.ts';
import { password, TestApi } from '../../../test/test-api.ts';
import type { ServerUser } from '../../queries/server-users.ts';

let product: Product;
beforeAll(async () => {
  product = await startServerApi();
});
afterAll(() => product[Symbol.asyncDispose]());

describe('the server API', () => {
  it('the server API requires an API key, which other operations reject', async () => {
    const { api } = product;
    const ann = await api.person();
    const body = { name: 'X' };
    for (const token of [undefined, `${apiKey}!`, apiKey.slice(1), ann.session.accessToken]) {
      const { status, body: problem } = await api.call<Problem>('put', '/v1/server/users/x', {
        body,
        ...(token && { token }),
      });
      expect([status, problem.code]).toEqual([401, 'unauthenticated']);
    }
    expect((await api.call('get', '/v1/me', { token: apiKey })).status).toBe(401);
    await using closed = await TestApi.start();
    expect((await closed.call('put', '/v1/server/users/x', { token: apiKey, body })).status).toBe(401);
    expect((await closed.call('put', '/v1/server/users/x', { token: '', body })).status).toBe(401);
  });

  it('the server API limits the requests of a key', async () => {
    await using busy = await startServerApi({ REQUESTS_PER_KEY: '2' });
    const statuses = [];
    for (let i = 0; i < 3; i += 1) statuses.push((await busy.call('get', '/users/nobody')).status);
    expect(statuses).toEqual([404, 404, 429]);
  });
});

describe('a user of the product', () => {
  it('the server API idempotently creates and changes a user by external id', async () => {
    const first = await product.call<ServerUser>('put', '/users/u-1', { username: 'Uma', name: 'Uma', sign: 'hi' });
    expect([first.status, first.body]).toEqual([
      201,
      {
        id: expect.any(Number),
        externalId: 'u-1',
        username: 'uma',
        name: 'Uma',
        avatar: null,
        sign: 'hi',
        created: expect.any(Number),
        deactivated: null,
      },
    ]);
    const again = await product.call<ServerUser>('put', '/users/u-1', { username: 'Uma', name: 'Uma', sign: 'hi' });
    expect([again.status, again.body]).toEqual([200, first.body]);
    const changed = await product.call<ServerUser>('put', '/users/u-1', { name: 'Uma B.' });
    expect(changed.body).toEqual({ ...first.body, name: 'Uma B.' });
    expect((await product.call('get', '/users/u-1')).body).toEqual(changed.body);
    expect((await product.call('get', `/users/~${first.body.id}`)).body).toEqual(changed.body);
  });

  it('a user that the server API created can connect and receive messages before the api responds', async () => {
    const { body } = await product.call<ServerUser>('put', '/users/u-2', {});
    expect(body).toMatchObject({ username: `~${body.id}`, name: 'u-2' });
    expect(await hasPermits(product.api.redis, body.id)).toBe(true);
    expect(await readExternalUser(product.api.redis, 'u-2')).toBe(body.id);
  });

  it('concurrent calls of the server API create a user once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => product.call<ServerUser>('put', '/users/u-3', { name: `N${i}` })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 200, 200, 201]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  });

  it.each(['李 四/a?b#c', 'a@b.example', "'; drop table users", 'x'.repeat(128)])(
    'the external id of a user may be %j',
    async (id) => {
      const path = `/users/${encodeURIComponent(id)}`;
      const { status, body } = await product.call<ServerUser>('put', path, {});
      expect([status, body.externalId]).toEqual([201, id]);
      expect((await product.call<ServerUser>('get', path)).body.id).toBe(body.id);
    },
  );

  it.each(['system', '~5', ' a', 'a ', 'a\u0000', 'x'.repeat(129)])(
    'the external id of a user may not be %j',
    async (id) => {
      expect((await product.call('put', `/users/${encodeURIComponent(id)}`, {})).status).toBe(400);
    },
  );

  it('the server API rejects a user with the username of another user', async () => {
    await product.call('put', '/users/u-4', { username: 'taken' });
    for (const id of ['u-5', 'u-1']) {
      const { status, body } = await product.call<Problem>('put', `/users/${id}`, { username: 'TAKEN' });
      expect([status, body.errors?.[0]?.path]).toEqual([409, 'username']);
    }
  });

  it('the server API notifies friends only if a profile changed', async () => {
    const [one, two] = await product.people('u-6', 'u-7');
    await product.call('put', '/users/u-6/friends/u-7');
    await product.call('put', '/users/u-6', { name: 'Six' });
    await product.call('put', '/users/u-6', { name: 'Six' });
    for (const person of [one, two]) {
      const events = await product.api.events(person);
      expect(events.filter(({ kind }) => kind === 'profile')).toEqual([{ kind: 'profile', user: one.id }]);
    }
  });

  it("the server API opens a session for a user by external id or Parley's id without a password", async () => {
    const { body: user } = await product.call<ServerUser>('put', '/users/u-8', { name: 'Eight' });
    for (const ref of ['u-8', user.id]) {
      const { status, body } = await product.call<Session>('post', '/tokens', { user: ref, device: 'Phone' });
      expect([status, body.user.id]).toEqual([201, user.id]);
      const me = await product.api.call<User>('get', '/v1/me', { token: body.accessToken });
      expect(me.body).toEqual({ id: user.id, username: user.username, name: 'Eight', avatar: null, sign: '' });
      expect((await product.api.call('post', '/v1/sessions/refresh', { body: body })).status).toBe(400);
      const refreshed = await product.api.call('post', '/v1/sessions/refresh', {
        body: { refreshToken: body.refreshToken },
      });
      expect(refreshed.status).toBe(200);
    }
    expect((await product.call('post', '/tokens', { user: 'nobody' })).status).toBe(404);
  });
});

describe('the privacy settings of a user', () => {
  it('the server API changes only the given privacy settings, and gateways apply the changed ones', async () => {
    const [ann, ben] = await product.people('pr-1', 'pr-2');
    await product.call('put', '/users/pr-1/friends/pr-2');
    const defaults = {
      addToGroups: 'everyone',
      find: true,
      lastSeen: 'everyone',
      readReceipts: 'everyone',
      linkPreviews: true,
    };
    expect((await product.call('get', '/users/pr-1/privacy')).body).toEqual(defaults);
    const change = { lastSeen: 'nobody', readReceipts: 'nobody' };
    const changed = { ...defaults, ...change };
    expect(await product.call('patch', '/users/pr-1/privacy', change)).toMatchObject({ status: 200, body: changed });
    expect((await product.call('patch', `/users/~${ann.id}/privacy`, { find: false })).body).toMatchObject({
      ...changed,
      find: false,
    });
    expect((await ann.get<{ privacy: object }>('/v1/me/account')).body.privacy).toEqual({ ...changed, find: false });
    const relation = await readRelation(product.api.redis, ben.id, ann.id);
    expect(relation).toEqual({ standing: 'friend', hidesPresence: true, hidesReads: true });
  });

  it('the server API rejects unknown privacy settings and users', async () => {
    await product.people('pr-3');
    const call = async (user: string, body: object) =>
      (await product.call('patch', `/users/${user}/privacy`, body)).status;
    expect(await call('pr-3', { lastSeen: 'some' })).toBe(400);
    expect(await call('pr-3', { seen: 'nobody' })).toBe(400);
    expect(await call('pr-3', {})).toBe(400);
    expect(await call('nobody-here', { find: false })).toBe(404);
    expect((await product.call('get', '/users/nobody-here/privacy')).status).toBe(404);
  });
});

describe('the sessions of a user', () => {
  it('the server API lists the sessions of a user page by page and ends one with its connections', async () => {
    const { api } = product;
    const [kept] = await product.people('ses-1');
    const { body: lost } = await product.call<Session>('post', '/tokens', { user: 'ses-1', device: 'Phone' });
    const list = (query = '') =>
      product.call<{ items: { id: string; device: string | null }[]; next: string | null }>(
        'get',
        `/users/ses-1/sessions${query}`,
      );
    const { body: first } = await list('?limit=1');
    expect(first.items).toEqual([
      { id: expect.any(String), device: 'Phone', created: expect.any(Number), lastUsed: expect.any(Number) },
    ]);
    const { body: second } = await list(`?limit=1&after=${first.next}`);
    expect(second).toMatchObject({ items: [{ device: null }], next: null });

    const id = first.items[0]?.id ?? '';
    await product.people('ses-2');
    expect((await product.call('delete', `/users/ses-2/sessions/${id}`)).status).toBe(404);
    expect((await api.call('get', '/v1/me', { token: lost.accessToken })).status).toBe(200);
    expect((await product.call('delete', `/users/ses-1/sessions/${id}`)).status).toBe(204);
    expect(await isRevoked(api.redis, kept.id, id)).toBe(true);
    expect((await api.call('get', '/v1/me', { token: lost.accessToken })).status).toBe(401);
    const { refreshToken } = lost;
    expect((await api.call('post', '/v1/sessions/refresh', { body: { refreshToken } })).status).toBe(401);
    expect((await kept.get('/v1/me')).status).toBe(200);
    expect((await list()).body.items).toEqual(second.items);
    expect((await product.call('delete', `/users/ses-1/sessions/${id}`)).status).toBe(404);
    expect((await product.call('get', '/users/nobody/sessions')).status).toBe(404);
    const logged = api.logged.map((line) => JSON.parse(line)).filter(({ log }) => log === 'audit');
    expect(logged).toContainEqual(
      expect.objectContaining({ event: 'session.ended', user: kept.id, session: id, key: 'key-1' }),
    );
  });

  it('the server API lists the push devices of a user without their secret tokens', async () => {
    const [a] = await product.people('ses-3');
    const { items: sessions } = (await product.call<{ items: { id: string }[] }>('get', '/users/ses-3/sessions')).body;
    const common = { user_id: a.id, p256dh: '', auth: 'secret-auth', language: 'zh' };
    const phone = { endpoint: 'apns:secret-token', service: 'apns', app: 'org.example', environment: 'sandbox' };
    const web = { endpoint: 'https://push.example.org/secret-token', app: null, environment: null };
    await product.api.db
      .insertInto('push_subscriptions')
      .values([
        { ...common, ...phone, session_id: sessions[0]?.id ?? null, created: 1 },
        { ...common, ...web, service: 'web', session_id: null, created: 2 },
      ])
      .execute();
    const { body } = await product.call<{ items: object[] }>('get', '/users/ses-3/push-devices');
    const choices = { mentionsOnly: false, hideText: false, seen: expect.any(Number) };
    const device = { app: null, environment: null, language: 'zh', session: null, ...choices };
    expect(body.items).toEqual([
      { ...device, kind: 'web', created: 2 },
      {
        ...{ ...device, kind: 'apns', app: 'org.example', environment: 'sandbox' },
        ...{ session: sessions[0]?.id, created: 1 },
      },
    ]);
    expect((await product.call('get', '/users/nobody/push-devices')).status).toBe(404);
  });
});

describe('a deactivated user', () => {
  it('a deactivated user is signed out and unreachable until the server API calls PUT for the user again', async () => {
    const { api } = product;
    const [gone, other] = await product.people('d-1', 'd-2');
    await product.call('put', '/users/d-1/friends/d-2');
    await product.call('put', '/users/d-1', { username: 'dee' });
    await api.db.updateTable('users').set({ password_hash: 'x' }).where('id', '=', gone.id).execute();
    for (let i = 0; i < 2; i += 1) expect((await product.call('delete', '/users/d-1')).status).toBe(204);

    expect((await gone.get('/v1/me')).status).toBe(401);
    const { refreshToken } = gone.session;
    expect((await api.call('post', '/v1/sessions/refresh', { body: { refreshToken } })).status).toBe(401);
    expect((await api.call('post', '/v1/sessions', { body: { username: 'dee', password } })).status).toBe(401);
    expect((await product.call<Problem>('post', '/tokens', { user: 'd-1' })).body.code).toBe('conflict');
    expect(await readPermit(api.redis, other.id, gone.id)).toBe('nobody');
    expect((await other.get<{ items: User[] }>('/v1/users?q=dee')).body.items).toEqual([]);
    expect((await product.call<ServerUser>('get', '/users/d-1')).body.deactivated).toEqual(expect.any(Number));
    const session = await api.db.selectFrom('sessions').select('id').where('user_id', '=', gone.id).executeTakeFirst();
    expect(await isRevoked(api.redis, gone.id, session?.id ?? '')).toBe(true);

    const back = await product.call<ServerUser>('put', '/users/d-1', {});
    expect([back.status, back.body.deactivated, back.body.id]).toEqual([200, null, gone.id]);
    expect(await readPermit(api.redis, other.id, gone.id)).toBe('friend');
    expect((await product.call('post', '/tokens', { user: 'd-1' })).status).toBe(201);
  });

  it('a user without an external id can be reactivated, and reactivating twice has no further effect', async () => {
    const { api } = product;
    const [a, b] = [await api.person(), await api.person()];
    await a.befriend(b);
    const { username } = a.session.user;
    const signIn = () => api.call('post', '/v1/sessions', { body: { username, password } });
    expect((await product.call('delete', `/users/~${a.id}`)).status).toBe(204);
    expect((await signIn()).status).toBe(401);
    for (let i = 0; i < 2; i += 1) {
      const { status, body } = await product.call<ServerUser>('post', `/users/~${a.id}/reactivate`);
      expect([status, body]).toMatchObject([200, { id: a.id, externalId: null, deactivated: null }]);
    }
    expect((await signIn()).status).toBe(201);
    expect(await readPermit(api.redis, b.id, a.id)).toBe('friend');
    expect((await a.get('/v1/me')).status).toBe(401);
    const logged = api.logged
      .map((line) => JSON.parse(line))
      .filter(({ log, user }) => log === 'audit' && user === a.id);
    expect(logged.filter(({ event }) => event === 'account.reactivated')).toMatchObject([{ key: 'key-1' }]);
    expect((await product.call('post', '/users/nobody/reactivate')).status).toBe(404);
  });

  it('the server API cannot deactivate an unknown user or the system user', async () => {
    expect((await product.call('delete', '/users/never-was')).status).toBe(404);
    const system = await product.call<Problem>('delete', '/users/~9000000000000000');
    expect([system.status, system.body.code]).toEqual([403, 'forbidden']);
  });
});

describe('friendships and blocks', () => {
  it('the server API idempotently creates and ends a friendship for both sides', async () => {
    const [a, b] = await product.people('f-1', 'f-2');
    for (let i = 0; i < 2; i += 1) {
      const { status, body } = await product.call<Friend>('put', '/users/f-1/friends/f-2');
      expect([status, body.user.id]).toEqual([200, b.id]);
    }
    expect((await b.get<{ items: Friend[] }>('/v1/friends')).body.items.map(({ user }) => user.id)).toEqual([a.id]);
    expect(await readPermit(product.api.redis, b.id, a.id)).toBe('friend');
    expect(await product.api.events(a)).toEqual([{ kind: 'friend', user: b.id, change: 'accepted' }]);
    for (let i = 0; i < 2; i += 1) {
      expect((await product.call('delete', `/users/~${b.id}/friends/f-1`)).status).toBe(204);
    }
    expect(await readPermit(product.api.redis, b.id, a.id)).toBe('stranger');
  });

  it('a friendship that the server API creates accepts the pending friend request', async () => {
    const [a, b] = await product.people('f-3', 'f-4');
    await a.call('post', '/v1/friend-requests', { to: b.id });
    await product.call('put', '/users/f-4/friends/f-3');
    const { body } = await b.get<{ items: { state: string }[] }>('/v1/friend-requests');
    expect(body.items.map(({ state }) => state)).toEqual(['accepted']);
  });

  it('the server API rejects a friendship or block with oneself or an unknown user', async () => {
    await product.people('f-5');
    expect((await product.call('put', '/users/f-5/friends/f-5')).status).toBe(409);
    expect((await product.call('put', '/users/f-5/blocks/f-5')).status).toBe(409);
    expect((await product.call('put', '/users/f-5/friends/nobody')).status).toBe(404);
    expect((await product.call('delete', '/users/f-5/blocks/nobody')).status).toBe(404);
  });

  it('a block that the server API creates stops messages until it is removed', async () => {
    const [a, b] = await product.people('f-6', 'f-7');
    await product.call('put', '/users/f-6/friends/f-7');
    for (let i = 0; i < 2; i += 1) {
      const { status, body } = await product.call<Block>('put', '/users/f-6/blocks/f-7');
      expect([status, body.user.id]).toEqual([200, b.id]);
    }
    expect(await readPermit(product.api.redis, b.id, a.id)).toBe('blocked');
    for (let i = 0; i < 2; i += 1) expect((await product.call('delete', '/users/f-6/blocks/f-7')).status).toBe(204);
    expect(await readPermit(product.api.redis, b.id, a.id)).toBe('friend');
  });
});
