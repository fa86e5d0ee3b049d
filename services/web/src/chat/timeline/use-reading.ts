import type { Parley } from '@parley/client';
import { onScopeDispose, ref, watch } from 'vue';

/**
 * Marks a chat as read while the user sees its newest message: the list is scrolled to its end and
 * the window has the focus. `arrived` counts the messages of other users that arrived while the
 * list was not at its end.
 */
export function useReading(parley: Parley, chat: number) {
  const atEnd = ref(true);
  const visible = ref(hasFocus());
  const arrived = ref(0);
  const update = () => {
    visible.value = hasFocus();
  };
  const ending = new AbortController();
  document.addEventListener('visibilitychange', update, ending);
  addEventListener('focus', update, ending);
  addEventListener('blur', update, ending);

  const read = () => {
    if (!atEnd.value || !visible.value) return;
    arrived.value = 0;
    parley.read(chat);
  };
  watch([atEnd, visible], read, { immediate: true });
  watch(visible, (value) => parley.focus(value ? chat : null), { immediate: true });
  const off = [
    parley.on('message', (message) => {
      if (message.chat !== chat || message.mine) return;
      if (atEnd.value) read();
      else if (message.body?.type !== 'notice') arrived.value += 1;
    }),
    parley.on('change', (change) => change.chat === undefined && read()),
  ];
  onScopeDispose(() => {
    ending.abort();
    for (const end of off) end();
    // Clears the chat in focus, unless a sign-out has already closed the connection.
    if (parley.status.state !== 'off') parley.focus(null);
  });
  return { atEnd, arrived };
}

function hasFocus(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus();
}
