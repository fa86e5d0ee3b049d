import type { PresenceMap, TypingUser } from '@parley/client/views';
import { type MaybeRefOrGetter, type ShallowRef, toValue } from 'vue';
import { useViews } from './provider.ts';
import { useView } from './use-view.ts';

/**
 * Returns the presence of users, by user id. All components together can watch at most 500 users.
 * Users whose presence is not known yet are missing.
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
