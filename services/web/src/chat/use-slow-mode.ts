import type { Parley } from '@parley/client';
import { computed, onScopeDispose, type Ref, ref, watch } from 'vue';
import { useSnapshot } from '../core/parley.ts';

/** Ms between updates of the time that is left. */
const TICK_MS = 500;

/**
 * Seconds until the user may write to a group with slow mode again. 0 in other chats.
 *
 * @param isGroup returns whether the chat is a group. The group is read again when it changes
 */
export function useSlowMode(parley: Parley, chat: number, isGroup: () => boolean): Readonly<Ref<number>> {
  const slowMode = ref(0);
  const now = ref(Date.now());
  const last = useSnapshot(
    (each) => each.messages(chat).findLast(({ mine, state }) => mine && state !== 'failed')?.date ?? 0,
    () => chat,
  );
  const load = async () => {
    const group = isGroup() && (await parley.api('GET /groups/{id}', { id: chat }).catch(() => undefined));
    if (group) slowMode.value = group.role === 'member' ? group.slowMode : 0;
  };
  watch(isGroup, () => void load(), { immediate: true });
  onScopeDispose(parley.on('event', (event) => event.kind === 'group' && event.group === chat && void load()));

  // The clocks of the server and of this device may differ, so durations are compared.
  const left = computed(() => {
    const until = Math.min(last.value, now.value) + slowMode.value * 1000;
    return Math.max(0, Math.ceil((until - now.value) / 1000));
  });
  watch([last, slowMode], () => {
    now.value = Date.now();
  });
  let timer: ReturnType<typeof setInterval> | undefined;
  const stop = () => clearInterval(timer);
  watch(
    () => left.value > 0,
    (waits) => {
      stop();
      if (waits) timer = setInterval(() => (now.value = Date.now()), TICK_MS);
    },
  );
  onScopeDispose(stop);
  return left;
}
