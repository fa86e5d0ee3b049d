import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { memoryStore, Parley, type ParleyEvent, type ParleyOptions, type SavedSession } from '@parley/client';
import { openPool } from '@parley/database';
import { connectRedis } from '@parley/redis';
import { type Stack, waitFor } from '@parley/stack';
import { startTestStack } from '@parley/stack/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageFolder } from './installed.ts';
import { texts, untilShown } from './people.ts';

let stack: Stack;
const clients: Parley[] = [];
beforeAll(async () => {
  stack = await startTestStack({ env: { REGISTRATIONS_PER_MINUTE: '1000' } });
}, 120_000);
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await stack?.stop();
});

const password = 'correct horse battery';
let count = 0;

function create(options: Partial<ParleyOptions> = {}): Parley {
  const client = new Parley({ api: stack.apiUrl, ...options });
  clients.push(client);
  return client;
}

/** Registers a user and signs in. */
async function register(options?: Partial<ParleyOptions>): Promise<Parley & { user: number }> {
  count += 1;
  const client = create(options);
  await client.register({ username: `user-${process.pid}-${count}`, password });
  return client as Parley & { user: number };
}

/** Connects two users who may write to each other. */
async function friends(options?: Partial<ParleyOptions>) {
  const [alice, bob] = [await register(options), await register()];
  await alice.api('POST /friend-requests', { to: bob.user });
  await bob.api('POST /friend-requests', { to: alice.user });
  for (const client of [alice, bob]) {
    await client.connect();
    await client.online();
  }
  return { alice, bob };
}

describe('a client of a whole system', () => {
  it("each message has the current name of its sender, even after the sender's name has changed", async () => {
    const { alice, bob } = await friends();
    const nameOf = (client: Parley, chat: number) => client.messages(chat).at(-1)?.sender?.name;
    await alice.send(bob.user, 'hello');
    const name = alice.session?.user.name;
    await waitFor(() => nameOf(bob, alice.user) === name);
    await alice.api('PATCH /me', { name: 'Alice the second' });
    await waitFor(() => nameOf(bob, alice.user) === 'Alice the second');
    await waitFor(async () => (await bob.api('GET /chats/{id}/messages', { id: alice.user })).items.length === 1);
    const again = create({ session: bob.session as SavedSession });
    await again.connect();
    await again.online();
    await again.loadOlder(alice.user);
    await waitFor(() => nameOf(again, alice.user) === 'Alice the second');
  });

  it('a client signs in, sends messages, and lists chats with their names', async () => {
    const { alice, bob } = await friends();
    const changes: unknown[] = [];
    alice.on('change', (change) => changes.push(change));
    await alice.send(bob.user, 'hello');
    await untilShown(bob, alice.user, ['hello']);
    await bob.load(await bob.api('PUT /chats/{id}', { id: alice.user }));
    expect(bob.chats()).toMatchObject([{ chat: alice.user, name: alice.session?.user.name, unread: 1 }]);
    expect(changes).toContainEqual({ chat: bob.user });
  });

  it('users who are allowed to see custom data of a user, a group or a chat receive it', async () => {
    const { alice, bob } = await friends();
    const [heard, other] = [[] as ParleyEvent[], create({ session: alice.session as SavedSession })];
    for (const client of [other, bob]) client.on('event', (event) => heard.push(event));
    await other.connect();
    await other.online();
    const { id } = await alice.api('POST /groups', { name: 'Custom', members: [bob.user], custom: { room: 7 } });
    await alice.api('PATCH /chats/{id}', { id: bob.user, custom: { folder: 'work' } });
    await alice.api('PATCH /me', { custom: { team: 'blue' } });
    const seen = ({ kind }: ParleyEvent) => kind === 'chat' || kind === 'profile';
    await waitFor(() => heard.filter(seen).length === 3);
    expect(
      heard
        .filter(seen)
        .map(({ kind }) => kind)
        .toSorted(),
    ).toEqual(['chat', 'profile', 'profile']);
    expect((await bob.api('GET /groups/{id}', { id })).custom).toEqual({ room: 7 });
    expect((await bob.api('GET /users/{id}', { id: alice.user })).custom).toEqual({ team: 'blue' });
    await other.load(await other.api('PUT /chats/{id}', { id: bob.user }));
    expect(other.chats().find(({ chat }) => chat === bob.user)?.custom).toEqual({ folder: 'work' });
    expect(await bob.api('PUT /chats/{id}', { id: alice.user })).not.toHaveProperty('custom');
  });

  it('a client refreshes its session only once for several concurrent calls', async () => {
    const refreshes: string[] = [];
    const counting: typeof fetch = (input, init) => {
      if (String(input).endsWith('/refresh')) refreshes.push(String(init?.body));
      return fetch(input, init);
    };
    const session = (await register()).session as SavedSession;
    const client = create({ session: { ...session, expires: Date.now() }, fetch: counting });
    const sessions: (SavedSession | undefined)[] = [];
    client.on('session', (each) => sessions.push(each));
    const answers = await Promise.all(Array.from({ length: 5 }, () => client.api('GET /me')));
    expect(answers.map(({ id }) => id)).toEqual(Array(5).fill(session.user.id));
    expect(refreshes).toHaveLength(1);
    expect(sessions).toHaveLength(1);
    expect(await client.resume()).toBe(true);
    await client.signOut();
    expect(client.session).toBeUndefined();
    expect(await client.resume()).toBe(false);
    await expect(client.connect()).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('while a client closes, its listeners read an empty state, and later commands reject', async () => {
    const client = await register();
    await client.connect();
    await waitFor(() => client.chatsLoaded);
    const seen: unknown[] = [];
    client.on('change', ({ chat }) => {
      if (chat !== undefined) return;
      seen.push(client.messages(7), client.chats(), client.chatsLoaded, client.hasOlder(7));
      client.read(7);
    });
    await client.close();
    expect(seen).toEqual([[], [], false, true]);
    await expect(client.send(7, 'too late')).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(() => client.watch([7])).toThrow('Call connect() first');
  });

  it('the client has a type for every operation of the api, and for nothing else', async () => {
    const source = await readFile(join(packageFolder, 'src/api/operations.ts'), 'utf8');
    // An operation with a query has a type of its own, such as `GET /groups?q={q}`.
    const known = [...source.matchAll(/^ {2}'([A-Z]+ \/[^\s'?]+)[^']*': /gm)].map(([, operation]) => operation);
    const { paths } = (await (await fetch(`${stack.apiUrl}/openapi.json`)).json()) as { paths: Record<string, object> };
    // The SDK has request() and upload() for these operations, or they are not for users.
    const otherwise =
      /^\/v1\/server\/|^\/v1\/(events|poll|frames)$|^\/layim|^\/(healthz|readyz|metrics)|^GET \/v1\/(me\/export|invites\/\{code\}\/avatar)|\/media(\/uploads\/|$|\/\{id\}(\/thumbnail)?$)/;
    const offered = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const mine = offered
      .filter((operation) => !otherwise.test(operation) && !otherwise.test(operation.split(' ')[1] ?? ''))
      .map((operation) => operation.replace('/v1', ''));
    expect([...new Set(known)].sort()).toEqual([...new Set([...mine, 'POST /users'])].sort());
  });

  it('a client can download binary data, such as the export of an account', async () => {
    const client = await register();
    const archive = await client.request('/me/export');
    expect(archive.headers.get('content-type')).toBe('application/zip');
    expect(
      Buffer.from(await archive.arrayBuffer())
        .subarray(0, 2)
        .toString(),
    ).toBe('PK');
    await expect(client.request('/media/1')).rejects.toMatchObject({ code: 'not-found', status: 404 });
    expect(await client.api('DELETE /me', { password })).toMatchObject({ remains: [{ where: 'users' }] });
    await expect(client.api('GET /me')).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('a client gets a new token when the api rejects its current one', async () => {
    const session = (await register()).session as SavedSession;
    const client = create({ session: { ...session, accessToken: 'not a token' } });
    expect((await client.api('GET /me')).id).toBe(session.user.id);
  });

  it('a client throws the error that the api returns', async () => {
    const client = await register();
    await expect(client.api('GET /users/{id}', { id: 999_999_999 })).rejects.toMatchObject({
      code: 'not-found',
      status: 404,
    });
    await expect(client.api('PATCH /me', { name: '' })).rejects.toMatchObject({ errors: [{ path: 'name' }] });
    const nowhere = new Parley({ api: 'http://127.0.0.1:9' });
    await expect(nowhere.signIn({ username: 'a', password })).rejects.toMatchObject({
      code: 'unavailable',
      retry: true,
    });
  });

  it('a client that lost events reloads its chats and does not resend a message that was accepted', async () => {
    const store = memoryStore();
    const { alice, bob } = await friends({ store });
    await alice.send(bob.user, 'one');
    await alice.send(bob.user, 'two');
    await untilShown(alice, bob.user, ['one', 'two']);
    await alice.close();
    await bob.send(alice.user, 'three');
    const recorded = () => bob.api('GET /chats/{id}/messages', { id: alice.user });
    await waitFor(async () => (await recorded()).items.length === 3);
    const arrived = (await recorded()).items.find(({ from }) => from === bob.user);
    expect(arrived?.ref).toBeDefined();

    // Simulates a lost acknowledgement: the outbox contains a message that is also in the history.
    const entry = {
      ref: (await alice.api('GET /chats/{id}/messages', { id: bob.user })).items[0]?.ref,
      chat: bob.user,
      body: { type: 'text', text: 'one' },
      date: 1,
    };
    await store.write({ outbox: [entry] });
    const link = await connectRedis({ url: stack.redisUrl, name: 'test' });
    await link.client.del(link.keys.inbox(alice.user));
    await link.close();

    let reloads = 0;
    alice.on('reload', () => {
      reloads += 1;
    });
    await alice.connect();
    await untilShown(alice, bob.user, ['one', 'two', 'three']);
    await waitFor(() => alice.chats()[0]?.name === bob.session?.user.name);
    expect(reloads).toBe(1);
    await alice.send(bob.user, 'four');
    await untilShown(bob, alice.user, ['one', 'two', 'three', 'four']);
  });

  it('a client that reloads while a message is not in PostgreSQL yet loads the message later', async () => {
    const { alice, bob } = await friends({ store: memoryStore() });
    await alice.send(bob.user, 'one');
    await alice.send(bob.user, 'two');
    const recorded = () => bob.api('GET /chats/{id}/messages', { id: alice.user });
    await waitFor(async () => (await recorded()).items.length === 2);
    await alice.close();
    const pool = openPool({ url: stack.databaseUrl, maxConnections: 1 });
    const writer = await pool.connect();
    try {
      // Recorders wait for this lock, and readers do not.
      await writer.query('begin; lock table messages in share mode');
      await bob.send(alice.user, 'three');
      const link = await connectRedis({ url: stack.redisUrl, name: 'test' });
      await link.client.del(link.keys.inbox(alice.user));
      await link.close();
      expect(await recorded()).toMatchObject({ items: [{}, {}], unrecorded: true });
      expect(await bob.api('GET /chats', {})).toMatchObject({ unrecorded: true });
      await alice.connect();
      await untilShown(alice, bob.user, ['one', 'two']);
      expect(await alice.api('GET /chats', {})).toMatchObject({ unrecorded: true });
      await bob.send(alice.user, 'four');
      await untilShown(alice, bob.user, ['one', 'two', 'four']);
    } finally {
      await writer.query('rollback');
      writer.release();
      await pool.end();
    }
    await untilShown(alice, bob.user, ['one', 'two', 'three', 'four']);
    expect(await recorded()).not.toHaveProperty('unrecorded');
  });

  it('a client loads older messages on demand', async () => {
    const { alice, bob } = await friends({ keep: 10 });
    const written = Array.from({ length: 30 }, (_, i) => `m${i}`);
    for (const text of written) await bob.send(alice.user, text);
    await untilShown(alice, bob.user, written.slice(-10));
    expect(alice.hasOlder(bob.user)).toBe(true);
    await waitFor(
      async () => {
        await alice.loadOlder(bob.user, 100);
        return texts(alice, bob.user).length === 30;
      },
      { message: () => texts(alice, bob.user).join() },
    );
    expect(texts(alice, bob.user)).toEqual(written);
    expect(alice.hasOlder(bob.user)).toBe(false);
    await bob.send(alice.user, 'm30');
    await untilShown(alice, bob.user, [...written.slice(1), 'm30']);
  });
});
