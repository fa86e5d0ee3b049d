import type { Presence as State } from '@parley/redis';
import { presenceFrame } from '../frames.ts';

/**
 * Knows which connections (watchers) receive the presence of which users. Subscribes to the
 * presence channels of these users.
 */
export class WatchList {
  readonly #source: PresenceSource;
  readonly #watchers = new Map<Watcher, Watch>();
  readonly #watched = new Map<number, Watched>();

  constructor(source: PresenceSource) {
    this.#source = source;
  }

  /**
   * Replaces the users whose presence a watcher receives, and sends it one presence frame for each.
   * Subscribes first and reads then, so that no change in between is lost. Checks `isVisible`
   * before, so that it subscribes to no strangers, and again afterwards, because the permission
   * might have been withdrawn in between. Sends a user as offline if the watcher is not allowed to
   * see the user's presence.
   */
  async watch(watcher: Watcher, users: number[], isVisible: (user: number) => Promise<boolean>): Promise<void> {
    this.unwatch(watcher);
    const watch: Watch = { users, isVisible, started: false, missed: false };
    this.#watchers.set(watcher, watch);
    const isCurrent = () => this.#watchers.get(watcher) === watch;
    try {
      const seen = await filterVisible(users, isVisible);
      if (!isCurrent()) return;
      await Promise.all(seen.map((user) => this.#follow(user, watcher)));
      const [still] = await Promise.all([filterVisible(seen, isVisible), this.#read(seen)]);
      if (!isCurrent()) return;
      for (const user of seen) if (!still.includes(user)) this.#unfollow(user, watcher);
    } catch (error) {
      if (isCurrent()) this.unwatch(watcher);
      throw error;
    }
    watch.started = true;
    for (const user of users) {
      const watched = this.#watched.get(user);
      const state = watched?.watchers.has(watcher) ? watched.state : undefined;
      watcher.reply(presenceFrame(user, state?.online ?? false, state?.lastSeen ?? null));
    }
  }

  /**
   * Checks for each of these users whether a watcher is still allowed to see the presence. If not,
   * shows the user as offline until the watcher sends its next `watch` frame.
   */
  check(watcher: Watcher, users: number[]): void {
    for (const user of users) void this.#check(user, watcher);
  }

  /** Sends the current presence to a watcher if changes could not be forwarded to it before. */
  sendMissed(watcher: Watcher): void {
    const watch = this.#watchers.get(watcher);
    if (!watch?.missed) return;
    watch.missed = false;
    for (const user of watch.users) {
      const watched = this.#watched.get(user);
      if (!watched?.state || !watched.watchers.has(watcher)) continue;
      watcher.reply(presenceFrame(user, watched.state.online, watched.state.lastSeen));
    }
  }

  unwatch(watcher: Watcher): void {
    const watch = this.#watchers.get(watcher);
    if (!watch) return;
    this.#watchers.delete(watcher);
    for (const user of watch.users) this.#unfollow(user, watcher);
  }

  /**
   * Reads the presence of all watched users again and sends the changes. Rejects if Redis is
   * unavailable.
   */
  async refresh(): Promise<void> {
    const before = [...this.#watched].map(([user, watched]) => ({ user, watched, ...watched }));
    const states = await this.#read(before.map(({ user }) => user));
    for (const { user, watched, state, changes } of before) {
      const now = states.get(user);
      // Skips users whose change was published during the read. New watchers get the presence from
      // `watch()`.
      if (!now || !state || watched.changes !== changes || now.online === state.online) continue;
      this.#forward(watched, presenceFrame(user, now.online, now.lastSeen));
    }
  }

  #follow(user: number, watcher: Watcher): Promise<void> {
    let watched = this.#watched.get(user);
    if (!watched) {
      const created: Watched = { watchers: new Set(), subscribed: Promise.resolve(), state: undefined, changes: 0 };
      watched = created;
      this.#watched.set(user, created);
      created.subscribed = this.#source.subscribe(user, { receive: (frame) => this.#receive(user, created, frame) });
    }
    watched.watchers.add(watcher);
    return watched.subscribed;
  }

  /** Removes a watcher of a user. Returns false if it was not watching the user. */
  #unfollow(user: number, watcher: Watcher): boolean {
    const watched = this.#watched.get(user);
    if (!watched?.watchers.delete(watcher)) return false;
    if (watched.watchers.size > 0) return true;
    this.#watched.delete(user);
    this.#source.unsubscribe(user);
    return true;
  }

  #receive(user: number, watched: Watched, frame: Buffer): void {
    const { online, lastSeen, hidden } = JSON.parse(frame.toString()) as State & { hidden?: boolean };
    if (hidden) {
      for (const watcher of watched.watchers) void this.#check(user, watcher);
      return;
    }
    watched.state = { online, lastSeen };
    watched.changes += 1;
    this.#forward(watched, frame);
  }

  async #check(user: number, watcher: Watcher): Promise<void> {
    const watch = this.#watchers.get(watcher);
    if (!watch || !this.#watched.get(user)?.watchers.has(watcher)) return;
    // If Redis is unavailable, the watcher sees the user as offline until its next `watch`.
    const visible = await watch.isVisible(user).catch(() => false);
    if (visible || this.#watchers.get(watcher) !== watch || !this.#unfollow(user, watcher)) return;
    if (watch.started) watcher.reply(presenceFrame(user, false, null));
  }

  #forward({ watchers }: Watched, frame: string | Uint8Array): void {
    for (const watcher of watchers) {
      const watch = this.#watchers.get(watcher);
      // Sends no changes to a watcher before its first frames, because these contain the newest
      // state.
      if (watch?.started && !watcher.forward(frame)) watch.missed = true;
    }
  }

  /**
   * Reads the presence of watched users. If a change was published during the read, returns the
   * change, which is newer.
   */
  async #read(users: number[]): Promise<Map<number, State>> {
    const before = users.map((user) => this.#watched.get(user)?.changes);
    const states = await this.#source.read(users);
    for (const [i, user] of users.entries()) {
      const watched = this.#watched.get(user);
      if (!watched) continue;
      if (watched.state && watched.changes !== before[i]) states.set(user, watched.state);
      else watched.state = states.get(user);
    }
    return states;
  }
}

async function filterVisible(users: number[], isVisible: Watch['isVisible']): Promise<number[]> {
  const visible = await Promise.all(users.map(isVisible));
  return users.filter((_, i) => visible[i]);
}

/** A connection that receives the presence of other users. */
export interface Watcher {
  /** Sends a frame. No-op once closed. */
  reply(frame: string): void;
  /**
   * Sends a frame. Returns false if the watcher cannot send now. `sendMissed` then sends the
   * current presence later.
   */
  forward(frame: string | Uint8Array): boolean;
}

/** Reads and subscribes to the presence of users in Redis. */
export interface PresenceSource {
  /** Resolves once Redis has confirmed the subscription. */
  subscribe(user: number, listener: { receive(frame: Buffer): void }): Promise<void>;
  unsubscribe(user: number): void;
  read(users: number[]): Promise<Map<number, State>>;
}

interface Watch {
  users: number[];
  isVisible: (user: number) => Promise<boolean>;
  /** True once the watcher has received the first presence frame of each user. */
  started: boolean;
  /** True if a presence change could not be forwarded to the watcher. */
  missed: boolean;
}

interface Watched {
  readonly watchers: Set<Watcher>;
  subscribed: Promise<void>;
  /** The presence that was read or published last. */
  state: State | undefined;
  /** Number of presence changes that were published. */
  changes: number;
}
