import type { Presence as State } from '@parley/redis';
import { beforeEach, describe, expect, it } from 'vitest';
import { type PresenceSource, type Watcher, WatchList } from './watch-list.ts';

/** Stands for Redis: returns the presence of users that a test sets. */
class FakeSource implements PresenceSource {
  readonly states = new Map<number, State>();
  readonly listeners = new Map<number, { receive(frame: Buffer): void }>();
  /** Called after the presence was read and before the result is returned. */
  duringRead = () => {};

  async subscribe(user: number, listener: { receive(frame: Buffer): void }): Promise<void> {
    this.listeners.set(user, listener);
  }
  unsubscribe(user: number): void {
    this.listeners.delete(user);
  }
  async read(users: number[]): Promise<Map<number, State>> {
    const found = new Map(users.map((user) => [user, this.states.get(user) ?? offline]));
    this.duringRead();
    return found;
  }
  publish(user: number, online: boolean): void {
    const frame = { type: 'presence', user, online, lastSeen: null };
    this.listeners.get(user)?.receive(Buffer.from(JSON.stringify(frame)));
  }
}

class FakeWatcher implements Watcher {
  readonly frames: { user: number; online: boolean }[] = [];
  live = true;
  reply(frame: string): void {
    const { user, online } = JSON.parse(frame);
    this.frames.push({ user, online });
  }
  forward(frame: string | Uint8Array): boolean {
    if (this.live) this.reply(frame.toString());
    return this.live;
  }
}

const offline: State = { online: false, lastSeen: null };
const online: State = { online: true, lastSeen: null };
const everybody = async () => true;

let source: FakeSource;
let list: WatchList;
let watcher: FakeWatcher;
beforeEach(() => {
  source = new FakeSource();
  list = new WatchList(source);
  watcher = new FakeWatcher();
});

describe('WatchList', () => {
  it('a watch list sends the current presence of each user, then every change', async () => {
    source.states.set(1, online);
    await list.watch(watcher, [1, 2], everybody);
    source.publish(2, true);
    expect(watcher.frames).toEqual([
      { user: 1, online: true },
      { user: 2, online: false },
      { user: 2, online: true },
    ]);
  });

  it("a watch list shows a user as offline and does not subscribe if the watcher is not allowed to see the user's presence", async () => {
    source.states.set(1, online);
    await list.watch(watcher, [1], async () => false);
    expect(watcher.frames).toEqual([{ user: 1, online: false }]);
    expect(source.listeners.size).toBe(0);
  });

  it('a watch list checks the permission again after it has subscribed, and sends no change before that check', async () => {
    source.states.set(1, online);
    source.duringRead = () => source.publish(1, true);
    let reads = 0;
    await list.watch(watcher, [1], async () => {
      reads += 1;
      return reads === 1;
    });
    expect(watcher.frames).toEqual([{ user: 1, online: false }]);
    expect(source.listeners.size).toBe(0);
  });

  it('check() stops sending a watcher the presence of users that it is no longer allowed to see', async () => {
    source.states.set(1, online).set(2, online);
    let visible = [1, 2];
    await list.watch(watcher, [1, 2], async (user) => visible.includes(user));
    watcher.frames.length = 0;
    visible = [2];
    list.check(watcher, [1, 2, 3]);
    await new Promise(setImmediate);
    source.publish(1, true);
    expect(watcher.frames).toEqual([{ user: 1, online: false }]);
    expect([...source.listeners.keys()]).toEqual([2]);
  });

  it('a watch list stops watching users if it cannot check the permission again', async () => {
    let reads = 0;
    const isVisible = async () => {
      reads += 1;
      if (reads > 1) throw new Error('unavailable');
      return true;
    };
    await expect(list.watch(watcher, [1], isVisible)).rejects.toThrow('unavailable');
    source.publish(1, true);
    expect(watcher.frames).toEqual([]);
    expect(source.listeners.size).toBe(0);
  });

  it('a presence change published while the watch list reads the presence overrides the value read', async () => {
    source.duringRead = () => source.publish(1, true);
    await list.watch(watcher, [1], everybody);
    expect(watcher.frames.at(-1)).toEqual({ user: 1, online: true });
  });

  it('a watch list unsubscribes from a user when the last watcher leaves', async () => {
    const other = new FakeWatcher();
    await list.watch(watcher, [1], everybody);
    await list.watch(other, [1], everybody);
    list.unwatch(watcher);
    expect(source.listeners.size).toBe(1);
    list.unwatch(other);
    expect(source.listeners.size).toBe(0);
  });

  it('a watch list drops a watch that was replaced before the presence was read', async () => {
    const first = list.watch(watcher, [1], everybody);
    await Promise.all([first, list.watch(watcher, [2], everybody)]);
    expect(watcher.frames).toEqual([{ user: 2, online: false }]);
    expect([...source.listeners.keys()]).toEqual([2]);
  });

  it('a watch list sends the current presence once to a watcher that missed changes', async () => {
    await list.watch(watcher, [1], everybody);
    watcher.live = false;
    source.publish(1, true);
    watcher.live = true;
    list.sendMissed(watcher);
    list.sendMissed(watcher);
    expect(watcher.frames).toEqual([
      { user: 1, online: false },
      { user: 1, online: true },
    ]);
  });

  it('a refresh of a watch list sends only those changes that were not published before', async () => {
    await list.watch(watcher, [1, 2], everybody);
    watcher.frames.length = 0;
    source.states.set(1, online);
    await list.refresh();
    await list.refresh();
    expect(watcher.frames).toEqual([{ user: 1, online: true }]);
  });
});
