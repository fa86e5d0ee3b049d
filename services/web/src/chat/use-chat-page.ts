import type { ChatMessage, Parley } from '@parley/client';
import type { Chat } from '@parley/protocol';
import { computed, type Ref, ref, watch } from 'vue';
import { me } from '../core/current-user.ts';
import { errorText } from '../core/error-text.ts';
import { useSnapshot } from '../core/parley.ts';
import { useMembers, userOf } from '../people/members.ts';
import { toast } from '../ui/toasts.ts';
import { strings } from './strings.ts';

/** What is known of the chat on the page; it is opened at the server when it is not at hand yet. */
export function useBox(parley: Parley, chat: number) {
  const all = useSnapshot(
    (each) => each.chats().find((box) => box.chat === chat),
    () => chat,
  );
  const gone = ref(false);
  const open = () =>
    parley.api('PUT /chats/{id}', { id: chat }).then(
      (box) => parley.load(box),
      (error) => {
        if (error.status === 404) gone.value = true;
      },
    );
  // What was known of a chat that is deleted meanwhile stays on its page: opened again it would be back in the list.
  const box = computed<Chat | undefined>((known) => all.value ?? known);
  // A chat of which only a message is known has no name yet.
  watch(
    () => !box.value?.name,
    (nameless) => nameless && void open(),
    { immediate: true },
  );
  return { box, gone };
}

/** Names and pictures of those who speak in a chat. */
export function useNames(parley: Parley, chat: number, isGroup: () => boolean) {
  const { members, load } = useMembers(parley, () => (isGroup() ? chat : undefined));
  const aliases = computed(() => new Map(members.value.map(({ user, alias }) => [user.id, alias || user.name])));
  const box = useSnapshot(
    (each) => each.chats().find((one) => one.chat === chat),
    () => chat,
  );
  return {
    members,
    load,
    nameOf: (user: number): string => {
      if (user === me.value?.id) return me.value.name;
      if (user === chat && box.value) return box.value.remark || box.value.name;
      return aliases.value.get(user) ?? userOf(parley, user)?.name ?? strings.someone;
    },
    avatarOf: (user: number): string | null => {
      if (user === chat) return box.value?.avatar ?? null;
      return (
        members.value.find((member) => member.user.id === user)?.user.avatar ?? userOf(parley, user)?.avatar ?? null
      );
    },
  };
}

/** What one does to messages, and is told of when it does not work. */
export function useActions(parley: Parley, chat: number, editing: Ref<ChatMessage | undefined>) {
  const told = (work: Promise<void>) =>
    void work.catch((error) => toast(error.code === 'recall-too-late' ? strings.recallTooLate : errorText(error)));
  return {
    react: ({ id, reactions = [] }: ChatMessage, emoji: string) => {
      const own = reactions.some((each) => each.emoji === emoji && each.users.includes(parley.user ?? 0));
      if (id !== undefined) told(parley.react(chat, id, emoji, !own));
    },
    recall: ({ id }: ChatMessage) => {
      if (id !== undefined) told(parley.recall(chat, id));
    },
    edit: ({ id, body }: ChatMessage, text: string) => {
      editing.value = undefined;
      const same = body?.type === 'text' && body.text === text;
      if (id !== undefined && !same) told(parley.edit(chat, id, { type: 'text', text }));
    },
  };
}
