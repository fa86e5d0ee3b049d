import type { ChatMessage, Parley } from '@parley/client';
import type { Chat } from '@parley/protocol';
import { type InjectionKey, inject } from 'vue';
import type { MediaBody } from '../media/kinds.ts';

/** State and actions that the components of a chat page share. */
export interface ChatContext {
  parley: Parley;
  chat: number;
  type: Chat['type'];
  /** Whether the user is owner or admin of this group. */
  moderates: boolean;
  /**
   * Returns the name of a user in this chat: the remark, the alias in the group, or the user's own
   * name.
   */
  nameOf(user: number): string;
  avatarOf(user: number): string | null;
  /** Returns a loaded message. Undefined if it is not loaded. */
  find(id: number): ChatMessage | undefined;
  /** Scrolls to a message and loads it first if needed. */
  jump(id: number): void;
  /** Opens the menu of a message at a position in the window. */
  openMenu(message: ChatMessage, at: { x: number; y: number }): void;
  reply(message: ChatMessage): void;
  react(message: ChatMessage, emoji: string): void;
  /** Inserts a text into the composer. */
  compose(text: string): void;
  /** The selected messages by key. Undefined while the selection mode is off. */
  selection: ReadonlyMap<string, ChatMessage> | undefined;
  /** Selects a message, or removes it from the selection. */
  toggle(message: ChatMessage): void;
  /** Opens a picture in the viewer. */
  view(body: MediaBody): void;
}

export const chatContext: InjectionKey<ChatContext> = Symbol('chat');

/** Returns the context of the surrounding chat page. */
export function useChat(): ChatContext {
  return inject(chatContext) as ChatContext;
}
