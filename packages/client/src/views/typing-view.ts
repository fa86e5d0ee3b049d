import type { Parley } from '../parley.ts';
import { isConnected, onReset } from './connection-view.ts';
import { keepItems } from './same.ts';
import { DerivedView, type View } from './view.ts';

/** A user who is typing. */
export interface TypingUser {
  readonly user: number;
  /**
   * Another activity than typing, such as `recording` or `thinking`. Undefined: the user is typing.
   */
  readonly state?: string | undefined;
}

/**
 * Tracks the users who are typing in each chat of a client, even before a view of the chat has
 * listeners.
 */
export class TypingTracker {
  readonly #parley: Parley;
  /** Users who are typing, by chat id, in the order in which they began. */
  readonly #chats = new Map<number, readonly TypingUser[]>();

  constructor(parley: Parley) {
    this.#parley = parley;
    parley.on('typing', ({ chat, user, active, state }) => {
      if (user === parley.user) return;
      const others = this.#of(chat).filter((each) => each.user !== user);
      const all = active ? [...others, { user, ...(state && { state }) }] : others;
      if (all.length > 0) this.#chats.set(chat, all);
      else this.#chats.delete(chat);
    });
    onReset(parley, () => {
      if (!isConnected(parley)) this.#chats.clear();
    });
  }

  /** Creates the view of the other users who are typing in a chat. */
  view(chat: number, released: () => void): View<readonly TypingUser[]> {
    return new DerivedView<readonly TypingUser[]>({
      initial: [],
      read: (before) => keepItems(before, this.#of(chat), ({ user }) => user),
      follow: (changed) => {
        const offs = [
          this.#parley.on('typing', (frame) => frame.chat === chat && changed()),
          onReset(this.#parley, changed),
        ];
        return () => {
          for (const off of offs) off();
        };
      },
      released,
    });
  }

  #of(chat: number): readonly TypingUser[] {
    return this.#chats.get(chat) ?? [];
  }
}
