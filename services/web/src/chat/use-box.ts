import type { Parley } from '@parley/client';
import type { Chat } from '@parley/protocol';
import { computed, ref, watch } from 'vue';
import { openChat } from '../core/open-chat.ts';
import { useSnapshot } from '../core/parley.ts';
import { draftsOf } from './composer/drafts.ts';

/**
 * Returns the chat of a page as it is in the list of chats. If the list does not contain it, opens
 * it on the server.
 */
export function useBox(parley: Parley, chat: number) {
  const listed = useSnapshot(
    (each) => each.chats().find((box) => box.chat === chat),
    () => chat,
  );
  /** True if the chat does not exist, or the user has no access to it. */
  const unavailable = ref(false);
  const open = (began = performance.now()) =>
    openChat(parley, chat).then(
      (box) => draftsOf(parley.user ?? 0).apply([box], began),
      (error) => {
        if (error.status === 404) unavailable.value = true;
      },
    );
  // Keeps the last state of the chat if the user deletes it while its page is open. Opening it
  // again would put it back into the list.
  const box = computed<Chat | undefined>((last) => listed.value ?? last);
  // Opens a chat without a name: the SDK knows it only from a message until the server has returned
  // it.
  watch(
    () => !box.value?.name,
    (nameless) => nameless && void open(),
    { immediate: true },
  );
  return { box, unavailable };
}
