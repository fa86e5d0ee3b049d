import type { Parley } from '../parley.ts';
import { isConnected, onReset } from './connection-view.ts';
import { isSame } from './same.ts';
import { DerivedView, type View } from './view.ts';

/** Maximum number of users that a connection can watch. */
const MAX_WATCHED = 500;

/** Presence of a user. */
export interface Presence {
  readonly online: boolean;
  /**
   * Time at which the user was last online, in Unix ms. Null while the user is online, and if the
   * time is hidden or unknown.
   */
  readonly lastSeen: number | null;
}

/** Presence by user id. Users whose presence is not known are missing. */
export type PresenceMap = ReadonlyMap<number, Presence>;

const none: PresenceMap = new Map();

/** Watches the users that the presence views of a client need. */
export class PresenceWatcher {
  readonly #parley: Parley;
  readonly #known = new Map<number, Presence>();
  /** Users of each view that has listeners. The newest view is the last. */
  readonly #watched = new Set<readonly number[]>();
  readonly #listeners = new Set<() => void>();
  /** Ids of the users that the client watches now, separated by commas. */
  #sent = '';
  #scheduled = false;

  constructor(parley: Parley) {
    this.#parley = parley;
    parley.on('presence', ({ user, online, lastSeen }) => {
      this.#known.set(user, { online, lastSeen });
      this.#notify();
    });
    parley.on('status', ({ state }) => {
      if (state !== 'online') this.#forget();
    });
    onReset(parley, () => {
      if (!isConnected(parley)) {
        this.#forget();
        this.#sent = '';
      }
      this.#schedule();
    });
  }

  /**
   * Creates the view of some users' presence. If all views together need more than 500 users, the
   * newest views win.
   */
  view(users: readonly number[], released: () => void): View<PresenceMap> {
    return new DerivedView<PresenceMap>({
      initial: none,
      read: (before) => {
        const known = users.flatMap((user) => {
          const presence = this.#known.get(user);
          return presence ? [[user, presence] as const] : [];
        });
        return isSame([...before], known) ? before : new Map(known);
      },
      follow: (changed) => {
        this.#watched.add(users);
        this.#listeners.add(changed);
        this.#schedule();
        return () => {
          this.#watched.delete(users);
          this.#listeners.delete(changed);
          this.#schedule();
        };
      },
      released,
    });
  }

  #forget(): void {
    this.#known.clear();
    this.#notify();
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  /**
   * Sends the list of watched users at most once per microtask, because a framework mounts and
   * unmounts several views at once.
   */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      if (!isConnected(this.#parley)) return;
      const users = [...new Set([...this.#watched].reverse().flat())].slice(0, MAX_WATCHED);
      const list = users.join();
      if (list === this.#sent) return;
      this.#sent = list;
      for (const user of [...this.#known.keys()]) if (!users.includes(user)) this.#known.delete(user);
      this.#parley.watch(users);
    });
  }
}
