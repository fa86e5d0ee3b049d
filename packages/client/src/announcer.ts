import type { ParleyEvent, PresenceFrame, TypingFrame } from '@parley/protocol';
import type { SavedSession } from './api/credentials.ts';
import type { Emitter } from './emitter.ts';
import { type ChatMessage, showMessage } from './message.ts';
import { chatOf } from './state/apply-event.ts';
import type { Change, Status, StorageStatus } from './state/change.ts';
import type { State } from './state/state.ts';
import { Timer } from './timer.ts';

/** The events of a client, by name, with the values that listeners receive. */
export interface ParleyEvents {
  /**
   * A message arrived, from another user or from another device of this user. Emitted once per
   * message, in the order of the inbox.
   */
  message: ChatMessage;
  /**
   * An event of the user's inbox arrived, such as a message, an edit or a friend request. Emitted
   * once per event, in the order of the inbox.
   */
  event: ParleyEvent;
  /**
   * The result of `chats()` or `messages(chat)` has changed. `chat` is undefined if every chat
   * might have changed, as after `connect` and `close`.
   */
  change: { chat: number | undefined };
  typing: TypingFrame;
  presence: PresenceFrame;
  status: Status;
  /** The value of `storage` has changed, or is known for the first time. */
  storage: StorageStatus;
  /**
   * The client has missed events that the server no longer holds. The SDK reloads chats and
   * messages. The app must reload any other data that it has fetched.
   */
  reload: undefined;
  /** The session was created or refreshed. The value is undefined when the session has ended. */
  session: SavedSession | undefined;
  /** An error that no method call rejects with, such as a failed write to the store. */
  error: unknown;
}

/** Ms after the last `typing` frame of a user until the user counts as no longer typing. */
const TYPING_MS = 6000;

/** Emits events to the app for each change of the client's state. */
export class Announcer {
  readonly #emitter: Emitter<ParleyEvents>;
  readonly #typing = new Map<string, Timer>();

  constructor(emitter: Emitter<ParleyEvents>) {
    this.#emitter = emitter;
  }

  /** Emits the events of a change. Must be called after the change was applied to the state. */
  announce(state: State, change: Change): void {
    const emitter = this.#emitter;
    if (change.type === 'status') return emitter.emit('status', change.status);
    if (change.type === 'storage') return emitter.emit('storage', change.storage);
    if (change.type === 'frame') {
      const { frame } = change;
      if (frame.type === 'stream') return emitter.emit('change', { chat: frame.chat });
      return frame.type === 'presence' ? emitter.emit('presence', frame) : this.#emitTyping(frame);
    }
    let chat = 'chat' in change ? change.chat : undefined;
    if (change.type === 'moved' && change.lost) emitter.emit('reload', undefined);
    if (change.type === 'event') {
      const { event } = change;
      emitter.emit('event', event);
      if (event.kind === 'message') {
        chat = chatOf(event, state.user);
        this.#stopTyping(chat, event.from);
        const { kind: _, ...message } = event;
        emitter.emit('message', showMessage(message, state.chats.get(chat), state));
      } else if ('chat' in event) chat = event.chat;
    }
    emitter.emit('change', { chat });
  }

  /** Clears the timers for users who are typing. */
  stop(): void {
    for (const timer of this.#typing.values()) timer.clear();
    this.#typing.clear();
  }

  #emitTyping(frame: TypingFrame): void {
    const { chat, user } = frame;
    const key = `${chat}:${user}`;
    const timer = this.#typing.get(key) ?? new Timer();
    timer.clear();
    this.#typing.delete(key);
    if (frame.active) {
      this.#typing.set(key, timer);
      timer.restart(TYPING_MS, () => this.#stopTyping(chat, user));
    }
    this.#emitter.emit('typing', frame);
  }

  #stopTyping(chat: number, user: number): void {
    if (this.#typing.has(`${chat}:${user}`)) this.#emitTyping({ type: 'typing', chat, user, active: false });
  }
}
