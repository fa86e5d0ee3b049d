import type { ChatMessage, Parley } from '@parley/client';
import type { Chat } from '@parley/protocol';
import { type InjectionKey, inject } from 'vue';
import type { MediaBody } from '../media/kinds.ts';

/** State and actions that all components of one chat's page share. */
export interface ChatContext {
  parley: Parley;
  chat: number;
  type: Chat['type'];
  /** Whether the user is the owner or an admin of this group. */
  moderates: boolean;
  /**
   * Returns the name to show for a user in this chat: the remark (the viewer's own name for a
   * friend), else the alias in the group, else the user's own name.
   */
  nameOf(user: number): string;
  avatarOf(user: number): string | null;
  /** Returns the message with this id. Undefined if it is not loaded. */
  find(id: number): ChatMessage | undefined;
  /** Scrolls to a message. Loads it first if necessary. */
  jump(id: number): void;
  /** Opens the menu of a message at a position in the browser window. */
  openMenu(message: ChatMessage, at: { x: number; y: number }): void;
  reply(message: ChatMessage): void;
  react(message: ChatMessage, emoji: string): void;
  /** Appends text to the draft. */
  compose(text: string): void;
  /** The selected messages by key. Undefined if no message is selected. */
  selection: ReadonlyMap<string, ChatMessage> | undefined;
  /** Adds a message to the selection, or removes it. */
  toggle(message: ChatMessage): void;
  /** Opens a picture in the full-size viewer. */
  view(body: MediaBody): void;
}

export const chatContext: InjectionKey<ChatContext> = Symbol('chat');

/** Returns the context of the chat page that contains the calling component. */
export function useChat(): ChatContext {
  return inject(chatContext) as ChatContext;
}
