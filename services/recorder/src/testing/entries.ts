import { groupConversation, userConversation } from '@parley/protocol';

// Functions that create record entries in the form that gateways write.

export function message(id: number, from: number, to: number, text = `text ${id}`) {
  const conversation = userConversation(from, to);
  return { kind: 'message', id, conversation, from, to, date: id, body: { type: 'text', text }, ref: `r${id}` };
}

export function groupMessage(id: number, from: number, group: number, text = `text ${id}`) {
  return { ...message(id, from, group, text), conversation: groupConversation(group) };
}

/** Creates a notice: a message that the server writes because its group changed. */
export function notice(id: number, group: number) {
  return { ...groupMessage(id, group, group), body: { type: 'notice', notice: 'picture' } };
}

export function mark(user: number, chat: number, marks: { read?: number; delivered?: number }, group = false) {
  return { kind: 'mark', user, chat, ...marks, ...(group ? { group } : {}) };
}

export function recall(user: number, chat: number, id: number, date: number, group = false) {
  return { kind: 'recall', user, chat, id, date, ...(group ? { group } : {}) };
}

export function edit(user: number, chat: number, id: number, date: number, text: string, group = false) {
  return { kind: 'edit', user, chat, id, date, body: { type: 'text', text }, ...(group ? { group } : {}) };
}

export function pin(user: number, chat: number, id: number, date: number, active: boolean, group = false) {
  return { kind: 'pin', user, chat, id, date, active, ...(group ? { group } : {}) };
}

export function hide(user: number, chat: number, ids: number[], group = false) {
  return { kind: 'hide', user, chat, ids, ...(group ? { group } : {}) };
}

export function react(
  user: number,
  chat: number,
  id: number,
  date: number,
  emoji: string,
  active: boolean,
  group = false,
) {
  return { kind: 'react', user, chat, id, date, emoji, active, ...(group ? { group } : {}) };
}
