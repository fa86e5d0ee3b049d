import type { ParleyError } from '../error.ts';
import type { Chat } from '../own-types.ts';
import type { Parley } from '../parley.ts';
import { isConnected } from './connection-view.ts';
import { followChats } from './follow-chats.ts';
import { Loader } from './loader.ts';
import { keepFields, keepItems } from './same.ts';
import { DerivedView, type View } from './view.ts';

/** Number of chats that the client loads without `loadMore`: the newest ones. */
const LOADED = 100;

/** The user's chats. */
export interface Chats {
  /**
   * Chats in the order of the list: pinned chats first, then by the date of the last message,
   * newest first.
   */
  readonly chats: readonly Chat[];
  /** True when the newest chats have been loaded from the api. */
  readonly loaded: boolean;
  /** True if the api might have older chats. */
  readonly hasMore: boolean;
  /** True while `loadMore` is in progress. */
  readonly loading: boolean;
  /** Reason why the last `loadMore` failed. */
  readonly error: ParleyError | undefined;
  /** Loads at most 200 older chats. Never rejects: `error` contains the reason of a failure. */
  loadMore(): Promise<void>;
}

/**
 * Creates the view of a user's chats. While the view has a listener, it also loads chats that
 * changed without a message, and the names of new chats.
 */
export function chatsView(parley: Parley): View<Chats> {
  let changed = () => {};
  /** Cursor of the next page. Undefined before the first page, null after the last one. */
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
          // Starts over with the first page after sign-out, because another user might sign in.
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
