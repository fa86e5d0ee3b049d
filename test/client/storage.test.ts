import { memoryStore, type StorageStatus, type Store } from '@parley/client';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kit } from '../gateway/kit.ts';
import { Browser } from './browser.ts';
import { People, texts, untilShown } from './people.ts';

let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start(1);
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

/** A persistent store with limited space. */
class Disk implements Store {
  readonly #store = memoryStore();
  /** Maximum bytes of one write. */
  room = Number.POSITIVE_INFINITY;
  readable = true;

  async read(): Promise<Map<string, unknown>> {
    if (!this.readable)
      throw new Error('A mutation operation was attempted on a database that did not allow mutations.');
    return this.#store.read();
  }

  async write(changes: Record<string, unknown>): Promise<void> {
    if (JSON.stringify(changes).length > this.room) throw new Error('QuotaExceededError');
    return this.#store.write(changes);
  }
}

/** Collects the storage states of a client from now on. */
function hear(client: { on(name: 'storage', listener: (status: StorageStatus) => void): unknown }): string[] {
  const said: string[] = [];
  client.on('storage', ({ state }) => said.push(state));
  return said;
}

describe('full disks', () => {
  it('a client whose disk is full reports this and goes on; when there is space again, it stores everything', async () => {
    const [a, b] = await kit.friends();
    await using people = new People(kit);
    const store = new Disk();
    const alice = await people.online(a, { store });
    const bob = await people.online(b);
    expect(alice.storage).toMatchObject({ state: 'kept' });
    const said = hear(alice);
    const errors: unknown[] = [];
    alice.on('error', (error) => errors.push(error));
    store.room = 0;
    await alice.send(b, 'one');
    await waitFor(() => alice.storage?.state === 'failing');
    expect(alice.storage?.reason).toContain('QuotaExceededError');
    await bob.send(a, 'two');
    await untilShown(alice, b, ['one', 'two']);
    expect(errors).toHaveLength(1);
    store.room = Number.POSITIVE_INFINITY;
    await waitFor(() => alice.storage?.state === 'kept');
    expect(said).toEqual(['failing', 'kept']);
    await alice.close();
    const again = await people.start(a, { store, gateways: ['http://127.0.0.1:9'] });
    expect(texts(again, b)).toEqual(['one', 'two']);
  });

  it('a client with too little disk space stores only its outbox', async () => {
    const [a, b] = await kit.friends();
    await using people = new People(kit);
    const store = new Disk();
    const alice = await people.online(a, { store });
    await alice.send(b, 'x'.repeat(3000));
    await alice.close();
    store.room = 1000;
    const offline = { store, gateways: ['http://127.0.0.1:9'] };
    const away = await people.start(a, offline);
    const other = kit.newId();
    away.load({ ...chat(other), name: 'y'.repeat(2000) });
    away.send(b, 'typed offline');
    await waitFor(() => away.storage?.state === 'failing');
    await away.close();
    const again = await people.start(a, offline);
    expect(texts(again, b)).toEqual(['x'.repeat(3000), 'typed offline']);
  });
});

describe('clients without a store', () => {
  it('a client that cannot open its store reports the state `memory` and works without the store', async () => {
    const [a, b] = await kit.friends();
    await using people = new People(kit);
    const store = new Disk();
    store.readable = false;
    const alice = await people.online(a, { store });
    expect(alice.storage).toMatchObject({ state: 'memory', reason: expect.stringContaining('did not allow') });
    await alice.send(b, 'hello');
    await alice.close();
    await alice.connect();
    expect(alice.storage).toMatchObject({ state: 'memory' });
  });

  it('every tab of a browser reports the state `memory` if the leading tab cannot open the store', async () => {
    const [a, b] = await kit.friends();
    await using people = new People(kit);
    const browser = new Browser();
    const store = new Disk();
    store.readable = false;
    const leader = await people.online(a, { store, tabs: browser.tab() });
    const follower = await people.start(a, { store, tabs: browser.tab() });
    expect([leader.storage?.state, follower.storage?.state]).toEqual(['memory', 'memory']);
    await follower.send(b, 'hello');
    await untilShown(leader, b, ['hello']);
  });
});

function chat(id: number) {
  const never = {
    last: null,
    unread: 0,
    read: 0,
    peerRead: 0,
    pinned: false,
    muted: false,
    archived: false,
    updated: 0,
  };
  return { chat: id, type: 'user' as const, name: '', avatar: null, ...never };
}
