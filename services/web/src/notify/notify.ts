import type { ChatMessage } from '@parley/client';
import type { Chat, ParleyEvent } from '@parley/protocol';
import { onScopeDispose, type Ref } from 'vue';
import type { Router } from 'vue-router';
import { previewOf } from '../chat/message/preview.ts';
import { onWhole } from '../chat/timeline/on-whole.ts';
import { useParley } from '../core/parley.ts';
import { readAllPages } from '../core/read-all-pages.ts';
import { incomingRequests, loadFriends, requests } from '../people/friends.ts';
import { readUser } from '../people/members.ts';
import { toast } from '../ui/toasts.ts';
import { preferences } from './preferences.ts';
import { playSound } from './sound.ts';
import { strings } from './strings.ts';
import { useUnreadBadge } from './title.ts';

/** Maximum age in ms of a friend request or join request that a toast announces. */
const RECENT_MS = 60_000;

/**
 * While the component is mounted, notifies the user of messages, friend requests and join requests
 * in chats that are not visible: by the window's title, toasts and a sound, and by browser
 * notifications while the page is in the background.
 */
export function useNotifications(router: Router, unread: Ref<number>): void {
  const parley = useParley();
  useUnreadBadge(unread);

  const isOnScreen = (chat: number) =>
    document.visibilityState === 'visible' && router.currentRoute.value.params.conversation === String(chat);
  const open = (path: string) => () => {
    window.focus();
    router.push(path);
  };

  /**
   * Returns a chat. Loads it from the server if the SDK knows it only from a message, because its
   * name and `muted` are unknown then.
   */
  const find = async (chat: number): Promise<Chat> =>
    parley.chats().find((each) => each.chat === chat && each.name !== '') ??
    parley.api('PUT /chats/{id}', { id: chat });

  const notifyMessage = async ({ chat, from, body, mentions = [] }: ChatMessage) => {
    if (isOnScreen(chat)) return;
    const { name: own, remark, avatar, muted, mentionsOnly, type } = await find(chat);
    if (muted || (mentionsOnly && !mentions.includes(parley.user ?? 0))) return;
    const title = remark || own;
    const sender = type === 'group' ? (await readUser(parley, from))?.name : undefined;
    const picture = { id: chat, name: title, avatar };
    notify({ title, sender, text: previewOf(body), tag: `chat-${chat}`, open: open(`/chats/${chat}`), from: picture });
  };

  const notifyFriend = async ({ user, change }: Extract<ParleyEvent, { kind: 'friend' }>) => {
    const sent = requests.value.some(({ to }) => to.id === user);
    if (change === 'requested') {
      await loadFriends(true);
      const request = incomingRequests.value.find(({ from }) => from.id === user);
      if (!request || request.date < Date.now() - RECENT_MS) return;
    } else if (change !== 'accepted' || !sent) return;
    const { name, avatar } = await parley.api('GET /users/{id}', { id: user });
    notify({
      text: change === 'requested' ? strings.requested(name) : strings.accepted(name),
      tag: `friend-${user}`,
      open: open(change === 'requested' ? '/people/requests' : `/chats/${user}`),
      from: { id: user, name, avatar },
    });
  };

  const notifyJoinRequest = async ({ group, user }: Extract<ParleyEvent, { kind: 'group' }>) => {
    const path = `/chats/${group}/details`;
    if (document.visibilityState === 'visible' && router.currentRoute.value.path === path) return;
    const pending = await readAllPages((paging) => parley.api('GET /groups/{id}/requests', { id: group, ...paging }));
    const request = pending.find((each) => each.user.id === user);
    if (!request || request.date < Date.now() - RECENT_MS) return;
    const { name, avatar } = await find(group);
    notify({
      title: name,
      sender: request.user.name,
      text: strings.joins,
      tag: `join-${group}-${user}`,
      open: open(path),
      from: { id: group, name, avatar },
    });
  };

  // Ignores events that the client catches up on, because the lists show what happened while
  // offline. Only live events notify.
  const isLive = () => parley.status.state === 'online';
  onScopeDispose(
    onWhole(parley, (message) => {
      if (!message.mine && message.body?.type !== 'notice' && isLive()) notifyMessage(message).catch(() => {});
    }),
  );
  onScopeDispose(
    parley.on('event', (event) => {
      if (event.kind === 'friend' && isLive()) notifyFriend(event).catch(() => {});
      if (event.kind === 'group' && event.change === 'requested' && isLive()) notifyJoinRequest(event).catch(() => {});
    }),
  );
}

function notify({ title = '', sender, text, tag, open, from }: Notice): void {
  if (preferences.sound) playSound();
  if (document.visibilityState === 'visible') {
    if (preferences.inPage) toast(text, { ...(title && { title }), ...(sender && { sender }), open, from });
    return;
  }
  if (!preferences.browser || !('Notification' in window) || Notification.permission !== 'granted') return;
  // With the tag, notifications about the same chat from several tabs replace each other.
  const body = sender ? `${sender}: ${text}` : text;
  const options = { tag, icon: '/icon-192.png', ...(title && { body }) };
  try {
    const notification = new Notification(title || text, options);
    notification.onclick = () => {
      notification.close();
      open();
    };
  } catch {
    // On phones, only a service worker can show notifications.
    navigator.serviceWorker
      ?.getRegistration()
      .then((registration) => registration?.showNotification(title || text, options));
  }
}

interface Notice {
  /** Name of the chat that a click opens. Default: the notification has only a text. */
  title?: string;
  /** Name of the sender. Set only for a message in a group. */
  sender?: string | undefined;
  text: string;
  /** A notification replaces an earlier one with the same tag. */
  tag: string;
  open(): void;
  from: { id: number; name: string; avatar: string | null };
}
