import type { PresenceMap, TypingUser } from '@parley/client/views';
import { type MaybeRefOrGetter, type ShallowRef, toValue } from 'vue';
import { useViews } from './provider.ts';
import { useView } from './use-view.ts';

/**
 * Returns the presence of users by id, at most 500 for all components together. A user whose
 * presence is not known yet is missing.
 */
export function usePresence(users: MaybeRefOrGetter<readonly number[]>): Readonly<ShallowRef<PresenceMap>> {
  const views = useViews();
  return useView(() => views.presence(toValue(users)));
}

/** Returns the other users who are typing in a chat, in the order in which they began. */
export function useTyping(chat: MaybeRefOrGetter<number | undefined>): Readonly<ShallowRef<readonly TypingUser[]>> {
  const views = useViews();
  return useView(() => views.typing(toValue(chat)));
}
