import type { Accepted, AcceptedChange, Failure, Outgoing } from './change.ts';
import { insertMessage } from './chat-state.ts';
import { changeChat, type State } from './state.ts';

/**
 * Appends a message to the outbox. Moves a failed message to the end. Returns false if the message
 * is already queued or accepted.
 */
export function queueEntry(state: State, entry: Outgoing): boolean {
  const known = findEntry(state, entry.ref);
  if ((known && !known.error) || findAccepted(state, entry)) return false;
  setOutbox(state, [...state.outbox.filter((each) => each !== known), entry]);
  return true;
}

/**
 * Removes a message from the outbox. `accepted` is undefined if the user has discarded the message.
 */
export function removeEntry(state: State, ref: string, accepted?: Accepted): Outgoing | undefined {
  const entry = findEntry(state, ref);
  if (!entry) return undefined;
  setOutbox(
    state,
    state.outbox.filter((each) => each !== entry),
  );
  state.onLeftOutbox(ref, accepted);
  return entry;
}

/**
 * Moves an accepted message from the outbox to its chat. Returns false if it is not in the outbox.
 */
export function acceptEntry(state: State, accepted: AcceptedChange): boolean {
  const entry = removeEntry(state, accepted.ref, accepted);
  if (!entry) return false;
  const { chat, error: _, ...content } = entry;
  const { id, conversation, date, body, custom } = accepted;
  // `body` and `custom` are undefined unless a hook of the server has changed them.
  if (body) Object.assign(content, { body, custom: custom ?? undefined });
  insertMessage(changeChat(state, chat), { ...content, id, conversation, from: state.user, to: chat, date });
  return true;
}

/** Marks a message in the outbox as refused. Returns false if it is not in the outbox. */
export function failEntry(state: State, ref: string, error: Failure): boolean {
  const entry = findEntry(state, ref);
  if (!entry) return false;
  entry.error = error;
  state.dirty.add('outbox');
  return true;
}

/** Returns the accepted copy of a message in the outbox. Undefined if no copy is in memory. */
export function findAccepted({ chats }: State, { chat, ref }: Outgoing): Accepted | undefined {
  return chats.get(chat)?.messages.find((each) => each.ref === ref);
}

function findEntry({ outbox }: State, ref: string): Outgoing | undefined {
  return outbox.find((entry) => entry.ref === ref);
}

function setOutbox(state: State, outbox: Outgoing[]): void {
  state.outbox = outbox;
  state.dirty.add('outbox');
}
