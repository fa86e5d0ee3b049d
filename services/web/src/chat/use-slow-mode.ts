import type { Parley } from '@parley/client';
import { computed, onScopeDispose, type Ref, ref, watch } from 'vue';
import { useSnapshot } from '../core/parley.ts';

/** Ms between two updates of the remaining time. */
const TICK_MS = 500;

/**
 * Returns the seconds until the user can write again to a group with slow mode. 0 in other chats.
 *
 * @param isGroup returns whether the chat is a group. It is reactive: the setting is read again
 * when it changes
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

  // Never counts from a later time than now, because the server's clock might be ahead of this
  // device's.
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
