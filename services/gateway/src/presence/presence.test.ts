import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Presence, type PresenceStore, type UserCount } from './presence.ts';

/** Stands for Redis: stores the connection counts of users. */
class FakeStore implements PresenceStore {
  readonly counts = new Map<number, number>();
  gateways = ['me'];
  available = true;
  retired = false;

  async connect({ user, count }: UserCount, session?: string) {
    this.#check();
    if (session === 'revoked') return 'revoked' as const;
    this.counts.set(user, count());
    return 'ok' as const;
  }
  async disconnect({ user, count }: UserCount): Promise<void> {
    this.#check();
    this.counts.set(user, count());
  }
  async heartbeat(): Promise<string[]> {
    this.#check();
    return this.gateways;
  }
  async forgetSilentGateways(): Promise<void> {}
  async retire(): Promise<void> {
    this.retired = true;
  }
  #check(): void {
    if (!this.available) throw new Error('unavailable');
  }
}

let store: FakeStore;
let local: Map<number, number>;
let restored: number[];
let refreshes: number;
let presence: Presence;
beforeEach(() => {
  vi.useFakeTimers();
  store = new FakeStore();
  local = new Map();
  restored = [];
  refreshes = 0;
  presence = new Presence(store, {
    gateway: 'me',
    count: (user) => local.get(user) ?? 0,
    users: () => local.keys(),
    restored: (user) => restored.push(user),
    refresh: async () => {
      refreshes += 1;
    },
  });
});
afterEach(async () => {
  await presence.stop();
  vi.useRealTimers();
});

describe('Presence', () => {
  it("the gateway counts a user's connections, and returns the reason when it rejects one of them", async () => {
    local.set(7, 2);
    expect(await presence.connect(7, 'session')).toBe('ok');
    expect(store.counts.get(7)).toBe(2);
    expect(await presence.connect(7, 'revoked')).toBe('revoked');
  });

  it('the gateway writes the connection count after a connection has closed, and retries until Redis is available', async () => {
    store.counts.set(7, 1);
    store.available = false;
    await presence.disconnect(7, 0);
    await vi.advanceTimersByTimeAsync(2000);
    expect(store.counts.get(7)).toBe(1);
    store.available = true;
    await vi.advanceTimersByTimeAsync(1000);
    expect(store.counts.get(7)).toBe(0);
  });

  it('the gateway counts a polling user as connected between two polls', async () => {
    await presence.disconnect(7, 5000);
    expect(store.counts.get(7)).toBe(1);
    await vi.advanceTimersByTimeAsync(5000);
    expect(store.counts.get(7)).toBe(0);
  });

  it('the gateway refreshes the watch list at three heartbeats after another gateway has joined or left', async () => {
    for (let i = 0; i < 5; i += 1) await presence.heartbeat();
    expect(refreshes).toBe(3);
    store.gateways = ['me', 'other'];
    for (let i = 0; i < 5; i += 1) await presence.heartbeat();
    expect(refreshes).toBe(6);
    expect([...presence.live]).toEqual(['me', 'other']);
  });

  it('the gateway writes all connection counts again if its heartbeats failed for so long that other gateways removed the counts', async () => {
    local.set(7, 1);
    await presence.heartbeat();
    store.available = false;
    await expect(presence.heartbeat()).rejects.toThrow('unavailable');
    await vi.advanceTimersByTimeAsync(20_000);
    store.available = true;
    expect(store.counts.size).toBe(0);
    await presence.heartbeat();
    expect(store.counts.get(7)).toBe(1);
    expect(restored).toEqual([7]);
  });

  it('the gateway stops its presence within a second, even if Redis does not reply', async () => {
    store.retire = () => new Promise(() => {});
    const stopping = presence.stop();
    await vi.advanceTimersByTimeAsync(1000);
    await stopping;
  });
});
