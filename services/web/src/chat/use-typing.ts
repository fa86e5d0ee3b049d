import type { Parley } from '@parley/client';
import { onScopeDispose, type Ref, ref } from 'vue';

/** Returns the users who are typing in a chat, without the current user. */
export function useTyping(parley: Parley, chat: number): Ref<number[]> {
  const typing = ref<number[]>([]);
  onScopeDispose(
    parley.on('typing', (frame) => {
      if (frame.chat !== chat || frame.user === parley.user) return;
      const others = typing.value.filter((user) => user !== frame.user);
      typing.value = frame.active ? [...others, frame.user] : others;
    }),
  );
  return typing;
}
