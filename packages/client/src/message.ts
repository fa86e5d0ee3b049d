import type { Chat, Message } from '@parley/protocol';
import type { Command } from './engine/command.ts';
import { chatOf } from './state/apply-event.ts';
import type { Failure, Outgoing } from './state/change.ts';
import type { ChatBox } from './state/chat-box.ts';
import type { State } from './state/state.ts';

/** A message as an app shows it, be it accepted or on its way. */
export interface ChatMessage extends Omit<Message, 'id' | 'conversation'> {
  /** The same for as long as the message is shown, also while it has no id yet. */
  key: string;
  /** Undefined until it is accepted. */
  id?: number;
  /** The peer or group it was said to or heard from. */
  chat: number;
  /** This user wrote it. */
  mine: boolean;
  state: MessageState;
  /** Why it failed. */
  error?: Failure;
  /** Of one that failed: sends it again. */
  retry?(): void;
  /** Of one that is not accepted: forgets it. */
  discard?(): void;
}

/**
 * How far an own message got: `sending` until it is accepted, `sent` once it is in every participant's inbox, `delivered` to a device
 * of the peer's, `read`; or `failed`, for it was refused. Those of others are `received`. In groups `sent` is the last.
 */
export type MessageState = 'sending' | 'sent' | 'delivered' | 'read' | 'failed' | 'received';

/** Messages of a chat that are at hand: those accepted, ascending by id, then those on their way. */
export function showMessages({ boxes, outbox, user }: State, chat: number, run: Run): ChatMessage[] {
  const box = boxes.get(chat);
  return [
    ...(box?.messages ?? []).map((message) => showMessage(message, box, user)),
    ...outbox.filter((entry) => entry.chat === chat).map((entry) => showOutgoing(entry, user, run)),
  ];
}

/** Chats that are at hand: pinned ones first, then the newest. */
export function showChats({ boxes }: State): Chat[] {
  return [...boxes.values()]
    .filter(({ last, name }) => last || name !== '')
    .sort((a, b) => Number(b.pinned) - Number(a.pinned) || b.updated - a.updated)
    .map((box) => ({ ...box }));
}

/** An accepted message. */
export function showMessage({ conversation, ...message }: Message, box: ChatBox | undefined, me: number): ChatMessage {
  const mine = message.from === me;
  return {
    ...message,
    key: message.ref ?? String(message.id),
    chat: chatOf({ ...message, conversation }, me),
    mine,
    state: mine ? stateOf(message.id, box) : 'received',
  };
}

function showOutgoing(entry: Outgoing, me: number, run: Run): ChatMessage {
  const { error: _, ...again } = entry;
  return {
    ...entry,
    key: entry.ref,
    from: me,
    to: entry.chat,
    mine: true,
    state: entry.error ? 'failed' : 'sending',
    discard: () => run({ do: 'discard', ref: entry.ref }),
    ...(entry.error && { retry: () => run({ do: 'send', entry: again }) }),
  };
}

function stateOf(id: number, box: ChatBox | undefined): MessageState {
  if (id <= (box?.peerRead ?? 0)) return 'read';
  return id <= (box?.peerDelivered ?? 0) ? 'delivered' : 'sent';
}

type Run = (command: Command) => void;
