import type { Composer } from '@parley/client/views';
import { type ComputedRef, computed, type MaybeRefOrGetter, toValue, type WritableComputedRef } from 'vue';
import { useViews } from './provider.ts';
import { fieldRefs, useView } from './use-view.ts';

/** The message that the user writes in a chat. Each field is a ref. */
export interface ComposerRefs extends Pick<Composer, 'setText' | 'reply' | 'edit' | 'send'> {
  /** Can be set, such as by `v-model`. */
  text: WritableComputedRef<string>;
  replyTo: ComputedRef<Composer['replyTo']>;
  editing: ComputedRef<Composer['editing']>;
  error: ComputedRef<Composer['error']>;
}

/**
 * Returns what the user writes in a chat: its text, the message it replies to or edits, and what to
 * do with it. The text stays when another chat is shown, until sign-out.
 */
export function useComposer(chat: MaybeRefOrGetter<number | undefined>): ComposerRefs {
  const views = useViews();
  const value = useView(() => views.composer(toValue(chat)));
  const setText = (text: string) => value.value.setText(text);
  return {
    ...fieldRefs(value, ['replyTo', 'editing', 'error']),
    text: computed({ get: () => value.value.text, set: setText }),
    setText,
    reply: (message) => value.value.reply(message),
    edit: (message) => value.value.edit(message),
    send: (more) => value.value.send(more),
  };
}
