import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Hub, type UserChannels } from './hub.ts';
import type { UserConnection } from './local-user.ts';

const connection = (): UserConnection => ({ deliver: vi.fn(), forward: vi.fn(), control: vi.fn(), missed: vi.fn() });

/** Records subscriptions. The hash bucket of a user is the last digit of the user's id. */
class FakeChannels implements UserChannels {
  readonly log: string[] = [];
  async subscribe(user: number): Promise<void> {
    this.log.push(`+${user}`);
  }
  unsubscribe(user: number): void {
    this.log.push(`-${user}`);
  }
  bucket(user: number): number {
    return user % 10;
  }
}

let channels: FakeChannels;
let hub: Hub;
beforeEach(() => {
  vi.useFakeTimers();
  channels = new FakeChannels();
  hub = new Hub(channels);
});
afterEach(() => {
  vi.useRealTimers();
});

describe('Hub', () => {
  it("the hub subscribes to a user's channel with the first connection, and unsubscribes a while after the last one closed", () => {
    const [first, second] = [connection(), connection()];
    const user = hub.join(7, first);
    expect(hub.join(7, second)).toBe(user);
    expect(channels.log).toEqual(['+7']);
    hub.leave(user, first);
    hub.leave(user, second);
    expect(hub.find(7)).toBe(user);
    vi.advanceTimersByTime(2000);
    expect(channels.log).toEqual(['+7', '-7']);
    expect([hub.find(7), hub.size]).toEqual([undefined, 0]);
  });

  it('the hub keeps the subscription of a user who reconnects at once', () => {
    const user = hub.join(7, connection());
    hub.leave(user, user.connections[0] as UserConnection);
    expect(hub.join(7, connection())).toBe(user);
    vi.advanceTimersByTime(10_000);
    expect(channels.log).toEqual(['+7']);
    expect(user.connections.length).toBe(1);
  });

  it('the hub keeps the used rate-limit budget of a user until the budget is full again', () => {
    const rates = {
      frames: { perSecond: 10, burst: 50 },
      frameBytes: { perSecond: 100, burst: 100 },
      readBytes: { perSecond: 100, burst: 100 },
    };
    hub = new Hub(channels, { lingerOf: (user) => user.msUntilRefilled(rates) });
    const user = hub.join(7, connection());
    expect(user.budget.takeFrame(50, 0, 1, rates)).toBe(true);
    hub.leave(user, user.connections[0] as UserConnection);
    vi.advanceTimersByTime(4000);
    expect(hub.join(7, connection())).toBe(user);
    hub.leave(user, user.connections[0] as UserConnection);
    vi.advanceTimersByTime(5000);
    expect(hub.find(7)).toBeUndefined();
  });

  it('the hub reports missed messages only to users in the affected hash buckets', () => {
    const [here, elsewhere] = [connection(), connection()];
    hub.join(13, here);
    hub.join(14, elsewhere);
    expect(hub.missed(new Set([3]))).toEqual([13]);
    expect(here.missed).toHaveBeenCalledOnce();
    expect(elsewhere.missed).not.toHaveBeenCalled();
  });

  it('the hub returns the existing entry of a connected user, and stores no entry for other users', () => {
    const user = hub.join(7, connection());
    expect(hub.visitor(7)).toBe(user);
    expect(hub.visitor(8).id).toBe(8);
    expect([...hub.ids]).toEqual([7]);
  });

  it('the hub unsubscribes from the channels of users at once when it is closed', () => {
    const user = hub.join(7, connection());
    hub.leave(user, user.connections[0] as UserConnection);
    hub.close();
    expect(channels.log).toEqual(['+7', '-7']);
    expect(vi.getTimerCount()).toBe(0);
  });
});
