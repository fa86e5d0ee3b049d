import { readPermits } from '@parley/database';
import { readPermit } from '@parley/redis';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, TestApi } from '../../test/test-api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await TestApi.start({ FRIEND_REQUESTS_PER_MINUTE: '100000' });
});
afterAll(() => api[Symbol.asyncDispose]());

describe('concurrent changes of friends and blocks', () => {
  it('concurrent changes of friends and blocks never fail and leave Redis equal to PostgreSQL', async () => {
    const people = [...(await api.people()), ...(await api.people())];
    const seed = Date.now() % 2 ** 31;
    const next = random(seed);
    const pick = () => people[Math.floor(next() * people.length)] as Person;
    const statuses: number[] = [];
    const worker = async (): Promise<void> => {
      for (let i = 0; i < 25; i += 1) {
        const [a, b] = [pick(), pick()];
        if (a === b) continue;
        const [method, path, body] = moves(b)[Math.floor(next() * 5)] as Move;
        statuses.push((await a.call(method, path, body)).status);
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    expect([seed, statuses.filter((status) => status >= 500)]).toEqual([seed, []]);

    for (const a of people) {
      const copy = await readPermits(api.db, a.id);
      if (copy.kind !== 'user') throw new Error('no user');
      for (const b of people) {
        const standing = copy.blocks.includes(b.id) ? 'blocked' : copy.contacts.includes(b.id) ? 'friend' : 'stranger';
        expect([seed, await readPermit(api.redis, b.id, a.id)]).toEqual([seed, standing]);
      }
    }
    expect(await oneSided()).toEqual([]);
    expect(await api.db.selectFrom('outbox').selectAll().execute()).toEqual([]);
  });

  it('another api process delivers a change if the process that committed it died', async () => {
    const ann = await api.person();
    const event = { kind: 'profile', user: ann.id } as const;
    await api.db
      .insertInto('outbox')
      .values({ due: Date.now() - 1, notice: JSON.stringify({ events: [{ users: [ann.id], event }] }) })
      .execute();
    await waitFor(async () => (await api.events(ann)).length === 1);
    expect(await api.events(ann)).toEqual([event]);
    await waitFor(async () => (await api.db.selectFrom('outbox').selectAll().execute()).length === 0);
  });

  it('a change that cannot be delivered does not delay other changes', async () => {
    const ann = await api.person();
    const event = { kind: 'profile', user: ann.id } as const;
    const poison = JSON.stringify({ copies: ['no id'] });
    await api.db.insertInto('outbox').values({ due: 1, notice: poison }).execute();
    await api.db
      .insertInto('outbox')
      .values({ due: 2, notice: JSON.stringify({ events: [{ users: [ann.id], event }] }) })
      .execute();
    await waitFor(async () => (await api.events(ann)).length === 1);
    await api.db.deleteFrom('outbox').execute();
  });
});

function moves({ id }: Person): Move[] {
  return [
    ['post', '/v1/friend-requests', { to: id }],
    ['post', '/v1/friend-requests', { to: id }],
    ['delete', `/v1/friends/${id}`],
    ['put', `/v1/blocks/${id}`],
    ['delete', `/v1/blocks/${id}`],
  ];
}

/** Returns the friendships that only one side has. */
async function oneSided() {
  const rows = await api.db.selectFrom('friendships').select(['user_id', 'friend_id']).execute();
  const pairs = new Set(rows.map((row) => `${row.user_id} ${row.friend_id}`));
  return rows.filter((row) => !pairs.has(`${row.friend_id} ${row.user_id}`));
}

/** Returns a generator of numbers from 0 to 1 with a fixed seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

type Move = ['post' | 'put' | 'delete', string, object?];
