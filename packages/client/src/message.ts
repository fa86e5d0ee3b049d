import type { Message, NoticeBody } from '@parley/protocol';
import type { Command } from './engine/command.ts';
import type { BriefUser, Chat, MessageCustom } from './own-types.ts';
import { chatOf } from './state/apply-event.ts';
import type { Failure, Outgoing } from './state/change.ts';
import type { ChatState, HeldMessage } from './state/chat-state.ts';
import type { State } from './state/state.ts';

/** A message in the form that an app shows. It is accepted, or still in the outbox. */
export interface ChatMessage extends Omit<Message, 'id' | 'conversation' | 'custom'> {
  /** Data of the app. */
  custom?: MessageCustom | undefined;
  /**
   * Key that is unique within the chat. It stays the same when the server accepts the message and
   * assigns its id.
   */
  key: string;
  /** Message id. Undefined until the server has accepted the message. */
  id?: number;
  /** Id of the peer or group. */
  chat: number;
  /** Name and avatar of the sender. Undefined until the client has read them from the api. */
  sender?: BriefUser | undefined;
  /**
   * Names and avatars of the users that a notice refers to in `body.by` and `body.users`. (A notice
   * is a system message about a group, with the group as `from`.) Users that the client has not
   * read from the api yet are missing.
   */
  people?: BriefUser[];
  /** True if this user is the sender. */
  mine: boolean;
  /**
   * True while the sender still streams the message: `body.text` grows, and each addition emits
   * `change`.
   */
  streaming?: true;
  state: MessageState;
  /** Why it failed. */
  error?: Failure;
  /** Sends the message again. Undefined unless the message has failed. */
  retry?(): void;
  /** Removes the message from the outbox. Undefined once the server has accepted the message. */
  discard?(): void;
}

/**
 * State of a message. The user's own messages are `sending` until the server accepts them, `sent`
 * when they are in every participant's inbox, `delivered` when a device of the peer has received
 * them, `read` when the peer has read them, and `failed` if the server has refused them. In groups,
 * `sent` is the last state. Messages of other users are `received`.
 */
export type MessageState = 'sending' | 'sent' | 'delivered' | 'read' | 'failed' | 'received';

/**
 * Returns the messages of a chat in memory: accepted messages by ascending id, then messages in the
 * outbox.
 */
export function showMessages(state: State, id: number, run: Run): ChatMessage[] {
  const { chats, outbox } = state;
  const chat = chats.get(id);
  return [
    ...(chat?.messages ?? []).map((message) => showMessage(message, chat, state)),
    ...outbox.filter((entry) => entry.chat === id).map((entry) => showOutgoing(entry, state, run)),
  ];
}

/**
 * Returns the chats in memory: pinned chats first, then by the date of the last message, newest
 * first.
 */
export function showChats({ chats }: State): Chat[] {
  return [...chats.values()]
    .filter(({ last, name }) => last || name !== '')
    .sort((a, b) => Number(b.pinned) - Number(a.pinned) || b.updated - a.updated)
    .map(({ messages, more, capacity, counted, cleared, ...chat }) => chat);
}

/** Returns an accepted message in the form that an app shows. */
export function showMessage(
  { conversation, index: _, streaming, ...message }: HeldMessage,
  chat: ChatState | undefined,
  { user: me, people }: State,
): ChatMessage {
  const mine = message.from === me;
  const { body } = message;
  return {
    ...message,
    key: message.ref ?? String(message.id),
    chat: chatOf({ ...message, conversation }, me),
    mine,
    ...(streaming && { streaming }),
    sender: people.get(message.from),
    ...(body?.type === 'notice' && {
      people: peopleOf(body).flatMap((user) => people.get(user) ?? []),
    }),
    state: mine ? stateOf(message.id, chat) : 'received',
  };
}

/** Returns the ids of users whose messages are shown but whose names are not in memory. */
export function unnamedUsers(messages: readonly ChatMessage[], { people }: State): number[] {
  const users = messages.flatMap(({ body, from }) => (body?.type === 'notice' ? peopleOf(body) : [from]));
  return [...new Set(users)].filter((user) => !people.has(user));
}

/** Returns the ids of the users that a notice (a system message of a group) refers to. */
function peopleOf({ by, users = [] }: NoticeBody): number[] {
  return [...new Set(by === undefined ? users : [by, ...users])];
}

function showOutgoing(entry: Outgoing, { user: me, people }: State, run: Run): ChatMessage {
  const { error: _, ...again } = entry;
  return {
    ...entry,
    key: entry.ref,
    from: me,
    to: entry.chat,
    mine: true,
    sender: people.get(me),
    state: entry.error ? 'failed' : 'sending',
    discard: () => run({ do: 'discard', ref: entry.ref }),
    ...(entry.error && { retry: () => run({ do: 'send', entry: again }) }),
  };
}

function stateOf(id: number, chat: ChatState | undefined): MessageState {
  if (id <= (chat?.peerRead ?? 0)) return 'read';
  return id <= (chat?.peerDelivered ?? 0) ? 'delivered' : 'sent';
}

type Run = (command: Command) => void;
