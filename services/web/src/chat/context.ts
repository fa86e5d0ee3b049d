import type { ChatMessage, Parley } from '@parley/client';
import type { Chat } from '@parley/protocol';
import { type InjectionKey, inject } from 'vue';
import type { MediaBody } from '../media/kinds.ts';

/** What the parts of a chat page share. */
export interface ChatContext {
  parley: Parley;
  chat: number;
  type: Chat['type'];
  /** What a user is called here. */
  nameOf(user: number): string;
  avatarOf(user: number): string | null;
  /** A message that is at hand. */
  find(id: number): ChatMessage | undefined;
  /** Shows a message, wherever in the chat it is. */
  jump(id: number): void;
  /** Opens the menu of a message at a place of the screen. */
  openMenu(message: ChatMessage, at: { x: number; y: number }): void;
  reply(message: ChatMessage): void;
  react(message: ChatMessage, emoji: string): void;
  /** Puts a text back into the composer. */
  writeAgain(text: string): void;
  /** Opens a picture or film in full. */
  view(body: MediaBody): void;
}

export const chatContext: InjectionKey<ChatContext> = Symbol('chat');

/** What the parts of a chat page share. */
export function useChat(): ChatContext {
  return inject(chatContext) as ChatContext;
}
