import type { ChatMessage, Parley } from '@parley/client';
import type { Ref } from 'vue';
import { errorText } from '../core/error-text.ts';
import { toast } from '../ui/toasts.ts';

/** Returns the user's actions on messages. Each action shows its error as a toast. */
export function useActions(parley: Parley, chat: number, editing: Ref<ChatMessage | undefined>) {
  const report = (work: Promise<void>) => work.catch((error) => toast(errorText(error)));
  return {
    /** Adds the user's reaction with this emoji. If it exists already, removes it. */
    react: ({ id, reactions = [] }: ChatMessage, emoji: string) => {
      const own = reactions.some((each) => each.emoji === emoji && each.users.includes(parley.user ?? 0));
      if (id !== undefined) void report(parley.react(chat, id, emoji, !own));
    },
    recall: async ({ id }: ChatMessage) => {
      if (id !== undefined) await report(parley.recall(chat, id));
    },
    edit: ({ id, body }: ChatMessage, text: string) => {
      editing.value = undefined;
      const same = body?.type === 'text' && body.text === text;
      if (id !== undefined && !same) void report(parley.edit(chat, id, { type: 'text', text }));
    },
  };
}
