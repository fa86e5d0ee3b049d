import type { Parley } from '@parley/client';
import { onScopeDispose, ref, watch } from 'vue';

/**
 * Marks a chat as read while its newest message is seen: the list is at its end, and the page in front. `arrived` counts messages
 * of others that came while it was not.
 */
export function useReading(parley: Parley, chat: number) {
  const atEnd = ref(true);
  const seen = ref(inFront());
  const arrived = ref(0);
  const look = () => {
    seen.value = inFront();
  };
  const ending = new AbortController();
  document.addEventListener('visibilitychange', look, ending);
  addEventListener('focus', look, ending);
  addEventListener('blur', look, ending);

  const read = () => {
    if (!atEnd.value || !seen.value) return;
    arrived.value = 0;
    parley.read(chat);
  };
  watch([atEnd, seen], read, { immediate: true });
  watch(seen, (value) => parley.focus(value ? chat : null), { immediate: true });
  const off = [
    parley.on('message', (message) => {
      if (message.chat !== chat || message.mine) return;
      if (atEnd.value) read();
      else arrived.value += 1;
    }),
    parley.on('change', (change) => change.chat === undefined && read()),
  ];
  onScopeDispose(() => {
    ending.abort();
    for (const end of off) end();
    // Signing out ends the connection before the page.
    if (parley.status.state !== 'off') parley.focus(null);
  });
  return { atEnd, arrived };
}

function inFront(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus();
}
