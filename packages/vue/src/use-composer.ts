import type { Composer } from '@parley/client/views';
import { type ComputedRef, computed, type MaybeRefOrGetter, toValue, type WritableComputedRef } from 'vue';
import { useViews } from './provider.ts';
import { fieldRefs, useView } from './use-view.ts';

/** The message that the user is writing in a chat. Each value is a Vue ref. */
export interface ComposerRefs extends Pick<Composer, 'setText' | 'reply' | 'edit' | 'send'> {
  /** Text of the message. Writable, for example with `v-model`. */
  text: WritableComputedRef<string>;
  replyTo: ComputedRef<Composer['replyTo']>;
  editing: ComputedRef<Composer['editing']>;
  error: ComputedRef<Composer['error']>;
}

/**
 * Returns the message that the user is writing in a chat: its text, the message that it replies to
 * or edits, and functions to change and send it. The text is kept until sign-out, even while
 * another chat is shown.
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
