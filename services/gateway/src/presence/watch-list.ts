import { type RedisConnection, readPresence, type Presence as State } from '@parley/redis';
import type { Connection } from '../connection/connection.ts';
import { presenceFrame } from '../frames.ts';
import type { Channels, Listener } from '../redis/channels.ts';

/** Follows the presence of those whom connections watch. */
export class Watching {
  readonly #link: RedisConnection;
  readonly #channels: Channels;
  readonly #live: () => Iterable<string>;
  readonly #watched = new Map<number, Watched>();

  /** `live`: the gateways that live. */
  constructor(link: RedisConnection, channels: Channels, live: () => Iterable<string>) {
    this.#link = link;
    this.#channels = channels;
    this.#live = live;
  }

  /**
   * Follows these users for a connection instead of those before, and tells it how each stands: first the channel is
   * subscribed, then presence read. Those whom it may not see are said to be offline.
   */
  async watch(connection: Connection, users: number[], mayBeSeen: (user: number) => Promise<boolean>): Promise<void> {
    this.unwatch(connection);
    connection.watched = users;
    const visible = await Promise.all(users.map(mayBeSeen));
    const seen = users.filter((_, i) => visible[i]);
    const current = () => connection.watched === users && !connection.closed;
    if (!current()) return;
    await Promise.all(seen.map((user) => this.#follow(user, connection)));
    const states = await this.#read(seen);
    if (!current()) return;
    for (const user of users) {
      const { online, lastSeen } = states.get(user) ?? { online: false, lastSeen: null };
      connection.reply(presenceFrame(user, online, lastSeen));
    }
  }

  /** Tells a connection how those stand whom it watches, since it may not have been told of changes. */
  repeat(connection: Connection): void {
    for (const user of connection.watched ?? []) {
      const watched = this.#watched.get(user);
      if (!watched?.state || !watched.connections.has(connection)) continue;
      connection.reply(presenceFrame(user, watched.state.online, watched.state.lastSeen));
    }
  }

  unwatch(connection: Connection): void {
    for (const user of connection.watched ?? []) {
      const watched = this.#watched.get(user);
      if (!watched?.connections.delete(connection) || watched.connections.size > 0) continue;
      this.#watched.delete(user);
      this.#channels.unlisten(this.#link.keys.presence(user));
    }
    connection.watched = undefined;
  }

  /** Reads again how all stand who are followed, and tells where it is another way than was said. */
  async lookAgain(): Promise<void> {
    const before = [...this.#watched].map(([user, watched]) => ({
      user,
      watched,
      heard: watched.heard,
      state: watched.state,
    }));
    const states = await this.#read(before.map(({ user }) => user));
    for (const { user, watched, heard, state } of before) {
      const now = states.get(user);
      // What was heard meanwhile was told then; who just began to watch is told by that.
      if (!now || !state || watched.heard !== heard || now.online === state.online) continue;
      watched.tell(presenceFrame(user, now.online, now.lastSeen));
    }
  }

  #follow(user: number, connection: Connection): Promise<void> {
    let watched = this.#watched.get(user);
    if (!watched) {
      watched = new Watched();
      this.#watched.set(user, watched);
      watched.subscribed = this.#channels.listen(this.#link.keys.presence(user), watched);
    }
    watched.connections.add(connection);
    return watched.subscribed;
  }

  /** How users stand who are followed here. What was heard of one since is newer than what Redis answered. */
  async #read(users: number[]): Promise<Map<number, State>> {
    const before = users.map((user) => this.#watched.get(user)?.heard);
    const states = await readPresence(this.#link, users, this.#live());
    for (const [i, user] of users.entries()) {
      const watched = this.#watched.get(user);
      if (!watched) continue;
      if (watched.state && watched.heard !== before[i]) states.set(user, watched.state);
      else watched.state = states.get(user);
    }
    return states;
  }
}

/** A user whose presence is followed here. */
class Watched implements Listener {
  readonly connections = new Set<Connection>();
  subscribed: Promise<void> = Promise.resolve();
  /** How the user stands, as last read or heard. */
  state: State | undefined;
  /** Frames heard. */
  heard = 0;

  hear(frame: Buffer): void {
    const { online, lastSeen } = JSON.parse(frame.toString()) as State;
    this.state = { online, lastSeen };
    this.heard += 1;
    this.tell(frame);
  }

  tell(frame: string | Uint8Array): void {
    for (const connection of this.connections) if (!connection.forward(frame)) connection.presenceMissed = true;
  }
}
