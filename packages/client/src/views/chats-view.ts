import type { ParleyError } from '../error.ts';
import type { Chat } from '../own-types.ts';
import type { Parley } from '../parley.ts';
import { isConnected } from './connection-view.ts';
import { followChats } from './follow-chats.ts';
import { Loader } from './loader.ts';
import { keepFields, keepItems } from './same.ts';
import { DerivedView, type View } from './view.ts';

/** Number of chats that the client loads by itself: the newest ones. */
const LOADED = 100;

/** The user's chats. */
export interface Chats {
  /** Pinned chats first, then by the date of the last message, newest first. */
  readonly chats: readonly Chat[];
  /** True when the newest chats were loaded from the api. */
  readonly loaded: boolean;
  /** Whether the api may have older chats. */
  readonly hasMore: boolean;
  /** True during `loadMore`. */
  readonly loading: boolean;
  /** Why the last `loadMore` failed. */
  readonly error: ParleyError | undefined;
  /** Loads older chats, at most 200. Never rejects: `error` has the reason of a failure. */
  loadMore(): Promise<void>;
}

/**
 * Creates the view of a user's chats. While it has a listener, it also loads chats that have
 * changed by other means than a message, and the names of new ones.
 */
export function chatsView(parley: Parley): View<Chats> {
  let changed = () => {};
  /** Cursor of the next page. Undefined: the first page. Null: there are no more. */
  let next: string | null | undefined;
  const loader = new Loader(parley, () => changed());
  const loadMore = () =>
    loader.run(async () => {
      const page = await parley.api('GET /chats', { limit: 200, ...(next && { after: next }) });
      await parley.load(...page.items);
      next = page.next;
    });

  const initial: Chats = {
    chats: [],
    loaded: false,
    hasMore: false,
    loading: false,
    error: undefined,
    loadMore,
  };
  return new DerivedView<Chats>({
    initial,
    read: (before) => {
      if (!isConnected(parley)) return initial;
      const chats = keepItems(before.chats, parley.chats(), ({ chat }) => chat);
      const hasMore = next === undefined ? chats.length >= LOADED : next !== null;
      const { loading, error } = loader;
      return keepFields<Chats>(before, { chats, loaded: parley.chatsLoaded, hasMore, loading, error, loadMore });
    },
    follow: (notify) => {
      changed = notify;
      const offs = [
        parley.on('change', () => {
          // After sign-out, another user may sign in.
          if (!isConnected(parley)) next = undefined;
          changed();
        }),
        parley.on('reload', () => {
          next = undefined;
        }),
        followChats(parley),
      ];
      return () => {
        changed = () => {};
        for (const off of offs) off();
      };
    },
  });
}
