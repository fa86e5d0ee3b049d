import { hash } from '@node-rs/argon2';
import type { Problem, Session } from '@parley/protocol';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, password, TestApi } from '../../test/test-api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await TestApi.start({ SIGN_INS_PER_MINUTE: '3', SIGN_IN_FAILURES_PER_DAY: '6', TRUSTED_PROXIES: '127.0.0.1' });
});
afterAll(() => api[Symbol.asyncDispose]());

interface Attempt {
  from?: string;
  given?: string;
  deviceToken?: string;
  cookie?: string;
}

async function attempt(person: Person, { from = '1.1.1.1', given = password, deviceToken, cookie }: Attempt = {}) {
  const { username } = person.session.user;
  return await api.call<Session & Problem>('post', '/v1/sessions', {
    body: { username, password: given, ...(deviceToken && { deviceToken }) },
    headers: { 'x-forwarded-for': from, ...(cookie && { cookie }) },
  });
}

async function statuses(count: number, person: Person, options: Attempt): Promise<number[]> {
  const all: number[] = [];
  for (let i = 0; i < count; i += 1) all.push((await attempt(person, options)).status);
  return all;
}

const wrong = 'a wrong password';

/** A hash of another password. */
const otherHash = await hash('another horse', { memoryCost: 8, timeCost: 1 });

describe('an attacker who guesses passwords', () => {
  it('password guesses from one address are limited, while the owner signs in from another address', async () => {
    const ann = await api.person();
    expect(await statuses(5, ann, { given: wrong })).toEqual([401, 401, 401, 429, 429]);
    expect((await attempt(ann, { given: password })).status).toBe(429);
    expect((await attempt(ann, { from: '2.2.2.2' })).status).toBe(201);
  });

  it('password guesses from an address do not block a known device at the same address', async () => {
    const ann = await api.person();
    await statuses(5, ann, { given: wrong });
    const { deviceToken = '' } = ann.session;
    expect((await attempt(ann, { deviceToken })).status).toBe(201);
    expect((await attempt(ann, { cookie: `parley_device=${deviceToken}` })).status).toBe(201);
  });

  it('a device token that is forged or belongs to another account does not bypass the limit of guesses', async () => {
    const [ann, ben] = await api.people();
    await statuses(5, ann, { given: wrong });
    const forged = `${ann.id}.${'a'.repeat(22)}.${'b'.repeat(43)}`;
    for (const deviceToken of [forged, ben.session.deviceToken ?? '']) {
      expect((await attempt(ann, { deviceToken })).status).toBe(429);
    }
  });

  it('password guesses on a known device are limited', async () => {
    const ann = await api.person();
    const { deviceToken = '' } = ann.session;
    expect(await statuses(4, ann, { given: wrong, deviceToken })).toEqual([401, 401, 401, 429]);
    expect((await attempt(ann)).status).toBe(201);
  });

  it('the owner can still sign in from a new address after guesses from many addresses', async () => {
    const ann = await api.person();
    const from = Array.from({ length: 12 }, (_, i) => `3.3.3.${i}`);
    for (const address of from) await statuses(3, ann, { given: wrong, from: address });
    expect((await attempt(ann, { from: '4.4.4.4' })).status).toBe(201);
  });

  it('the api limits concurrent password guesses as strictly as sequential guesses', async () => {
    const ann = await api.person();
    const all = await Promise.all(Array.from({ length: 8 }, () => attempt(ann, { given: wrong })));
    expect(all.filter(({ status }) => status === 401)).toHaveLength(3);
  });

  it('wrong passwords for an unknown username get the same responses as for an existing username', async () => {
    const body = (username: string) => ({
      body: { username, password: wrong },
      headers: { 'x-forwarded-for': '5.5.5.5' },
    });
    const seen: number[] = [];
    for (let i = 0; i < 5; i += 1) seen.push((await api.call('post', '/v1/sessions', body('nobody'))).status);
    expect(seen).toEqual([401, 401, 401, 429, 429]);
  });
});

it('a sign-in with the correct password resets the count of failed sign-ins', async () => {
  const ann = await api.person();
  for (let i = 0; i < 3; i += 1) {
    expect(await statuses(2, ann, { given: wrong })).toEqual([401, 401]);
    expect((await attempt(ann)).status).toBe(201);
  }
});

it('the api limits failed sign-ins per day', async () => {
  await using slow = await TestApi.start({ SIGN_INS_PER_MINUTE: '1000', SIGN_IN_FAILURES_PER_DAY: '4' });
  const body = { username: (await slow.person()).session.user.username, password: wrong };
  const seen: number[] = [];
  for (let i = 0; i < 5; i += 1) seen.push((await slow.call('post', '/v1/sessions', { body })).status);
  expect(seen).toEqual([401, 401, 401, 401, 429]);
});

it('the api limits guesses at the current password on every route that checks it', async () => {
  const ann = await api.person();
  const seen: number[] = [];
  seen.push((await ann.call('put', '/v1/me/password', { current: wrong, password: 'another horse' })).status);
  seen.push((await ann.call('delete', '/v1/me', { password: wrong })).status);
  seen.push((await ann.call('post', '/v1/me/totp', { password: wrong })).status);
  seen.push((await ann.call('put', '/v1/me/email', { email: 'a@b.example', password: wrong })).status);
  seen.push((await ann.call('delete', '/v1/me', { password: wrong })).status);
  expect(seen).toEqual([403, 403, 403, 409, 429]);
});

describe('an account that is deactivated or whose password changes during a sign-in', () => {
  it.each([
    ['deactivated', { deactivated: 1 }],
    ['given another password', { password_hash: otherHash }],
  ])('a sign-in fails if the account is %s while it is in progress', async (_, changes) => {
    const ann = await api.person();
    // Holds the row lock that a deactivation or password change would hold, so that the sign-in
    // reads the account and then waits for the lock.
    let signingIn: ReturnType<typeof attempt> | undefined;
    await api.db.transaction().execute(async (tx) => {
      await tx.updateTable('users').set(changes).where('id', '=', ann.id).execute();
      signingIn = attempt(ann);
      await expect.poll(() => waiting()).toBe(true);
    });
    expect((await signingIn)?.status).toBe(401);
  });

  it('a user whose account is deactivated cannot refresh a session', async () => {
    const ann = await api.person();
    await api.db.updateTable('users').set({ deactivated: 1 }).where('id', '=', ann.id).execute();
    const { refreshToken } = ann.session;
    expect((await api.call('post', '/v1/sessions/refresh', { body: { refreshToken } })).status).toBe(401);
  });
});

async function waiting(): Promise<boolean> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`.execute(
    api.db,
  );
  return (rows[0]?.count ?? 0) > 0;
}
