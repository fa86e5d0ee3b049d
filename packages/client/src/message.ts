import type { Message } from '@parley/protocol';
import type { Command } from './engine/command.ts';
import type { BriefUser, Chat, MessageCustom } from './own-types.ts';
import { chatOf } from './state/apply-event.ts';
import type { Failure, Outgoing } from './state/change.ts';
import type { ChatState, HeldMessage } from './state/chat-state.ts';
import type { State } from './state/state.ts';

/** A message as an app shows it, accepted or still in the outbox. */
export interface ChatMessage extends Omit<Message, 'id' | 'conversation' | 'custom'> {
  /** Data of the app. */
  custom?: MessageCustom | undefined;
  /** Unique within its chat. Stays the same when the message is accepted and gets its id. */
  key: string;
  /** Undefined until the message is accepted. */
  id?: number;
  /** The peer's or group's id. */
  chat: number;
  /** Name and avatar of the sender. Undefined until the api has named them. */
  sender?: BriefUser | undefined;
  /** True if this user is the sender. */
  mine: boolean;
  /** True while its sender still writes it: `body.text` grows, with a `change` each time. */
  streaming?: true;
  state: MessageState;
  /** Why it failed. */
  error?: Failure;
  /** Resends the message. Undefined unless it has failed. */
  retry?(): void;
  /** Removes the message from the outbox. Undefined once it is accepted. */
  discard?(): void;
}

/**
 * State of a message. Own messages: `sending` until accepted, `sent` when it is in every
 * participant's inbox, `delivered` when a device of the peer has received it, `read`, or `failed`
 * if the server refused it. Groups stop at `sent`. Messages of others: `received`.
 */
export type MessageState = 'sending' | 'sent' | 'delivered' | 'read' | 'failed' | 'received';

/**
 * Returns the messages of a chat that are in memory: accepted ones by ascending id, then those in
 * the outbox.
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
 * Returns the chats that are in memory: pinned ones first, then by the date of the last message,
 * newest first.
 */
export function showChats({ chats }: State): Chat[] {
  return [...chats.values()]
    .filter(({ last, name }) => last || name !== '')
    .sort((a, b) => Number(b.pinned) - Number(a.pinned) || b.updated - a.updated)
    .map((chat) => ({ ...chat }));
}

/** Returns an accepted message as an app shows it. */
export function showMessage(
  { conversation, index: _, streaming, ...message }: HeldMessage,
  chat: ChatState | undefined,
  { user: me, people }: State,
): ChatMessage {
  const mine = message.from === me;
  return {
    ...message,
    key: message.ref ?? String(message.id),
    chat: chatOf({ ...message, conversation }, me),
    mine,
    ...(streaming && { streaming }),
    sender: people.get(message.from),
    state: mine ? stateOf(message.id, chat) : 'received',
  };
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
