import type { ChatMessage } from '@parley/client';
import type { Chat, ParleyEvent } from '@parley/protocol';
import { onScopeDispose, type Ref, watchEffect } from 'vue';
import type { Router } from 'vue-router';
import { previewOf } from '../chat/message/preview.ts';
import { useParley } from '../core/parley.ts';
import { incomingRequests, loadFriends, requests } from '../people/friends.ts';
import { toast } from '../ui/toasts.ts';
import { preferences } from './preferences.ts';
import { strings } from './strings.ts';

/**
 * Tells the user, for as long as the component lives, of what comes for chats that are not open: in the title, at the top of the page,
 * and by the browser while the page is in the background.
 */
export function useNotifications(router: Router, unread: Ref<number>): void {
  const parley = useParley();

  watchEffect(() => {
    const count = unread.value;
    document.title = count > 0 ? strings.title(count > 99 ? '99+' : String(count)) : 'Parley';
    // Where the app is installed, its icon shows it as well.
    if ('setAppBadge' in navigator)
      (count > 0 ? navigator.setAppBadge(count) : navigator.clearAppBadge()).catch(() => {});
  });
  onScopeDispose(() => {
    document.title = 'Parley';
  });

  const isLookedAt = (chat: number) =>
    document.visibilityState === 'visible' && router.currentRoute.value.params.conversation === String(chat);
  const open = (path: string) => () => {
    window.focus();
    router.push(path);
  };

  /** What is heard of before the list was read has no name yet, and whether it is muted is not known. */
  const find = async (chat: number): Promise<Chat> =>
    parley.chats().find((each) => each.chat === chat && each.name !== '') ??
    parley.api('PUT /chats/{id}', { id: chat });

  const tell = async ({ chat, body }: ChatMessage) => {
    if (isLookedAt(chat)) return;
    const { name: own, remark, avatar, muted } = await find(chat);
    if (muted) return;
    const name = remark || own;
    const path = `/chats/${chat}`;
    show({
      title: name,
      text: previewOf(body),
      tag: `chat-${chat}`,
      open: open(path),
      from: { id: chat, name, avatar },
    });
  };
  const tellOfFriend = async ({ user, change }: Extract<ParleyEvent, { kind: 'friend' }>) => {
    const asked = requests.value.some(({ to }) => to.id === user);
    if (change === 'requested') {
      await loadFriends(true);
      if (!incomingRequests.value.some(({ from }) => from.id === user)) return;
    } else if (change !== 'accepted' || !asked) return;
    const { name, avatar } = await parley.api('GET /users/{id}', { id: user });
    const text = change === 'requested' ? strings.asks(name) : strings.accepted(name);
    show({
      title: '',
      text,
      tag: `friend-${user}`,
      open: open(change === 'requested' ? '/people/requests' : `/people/${user}`),
      from: { id: user, name, avatar },
    });
  };

  onScopeDispose(
    parley.on('message', (message) => {
      // What was missed while away stands in the list; it would be too much here.
      if (!message.mine && parley.status.state === 'online') tell(message).catch(() => {});
    }),
  );
  onScopeDispose(
    parley.on('event', (event) => {
      if (event.kind === 'friend') tellOfFriend(event).catch(() => {});
    }),
  );
}

function show({ title, text, tag, open, from }: Told): void {
  if (document.visibilityState === 'visible') {
    if (preferences.inPage) toast(text, { ...(title && { title }), open, from });
    return;
  }
  if (!preferences.browser || !('Notification' in window) || Notification.permission !== 'granted') return;
  try {
    // One for each chat, whichever of the tabs shows it.
    const notification = new Notification(title || text, { tag, icon: '/icon-192.png', ...(title && { body: text }) });
    notification.onclick = () => {
      notification.close();
      open();
    };
  } catch {
    // Phones take notifications of workers alone.
    navigator.serviceWorker
      ?.getRegistration()
      .then((registration) =>
        registration?.showNotification(title || text, { tag, icon: '/icon-192.png', ...(title && { body: text }) }),
      );
  }
}

interface Told {
  title: string;
  text: string;
  tag: string;
  open(): void;
  from: { id: number; name: string; avatar: string | null };
}
