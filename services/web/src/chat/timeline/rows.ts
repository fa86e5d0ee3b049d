import type { ChatMessage } from '@parley/client';

/** Ms within which messages of one sender stand together. */
const TOGETHER = 5 * 60_000;

/**
 * What the list of a chat shows, from top to bottom: messages, a line before the first of each day, and one before the first that
 * is unread.
 *
 * @param unreadFrom the message that is the first unread one; undefined when there is none
 */
export function toRows(messages: readonly ChatMessage[], unreadFrom?: number): Row[] {
  const rows: Row[] = [];
  let before: ChatMessage | undefined;
  let day = '';
  messages.forEach((message, index) => {
    const today = dayOf(message.date);
    const unread = unreadFrom !== undefined && message.id === unreadFrom;
    if (today !== day) rows.push({ kind: 'day', key: `day:${today}`, date: message.date });
    if (unread) rows.push({ kind: 'unread', key: 'unread' });
    const first = today !== day || unread || !together(before, message);
    const next = messages[index + 1];
    const last = !next || dayOf(next.date) !== today || !together(message, next) || next.id === unreadFrom;
    rows.push({ kind: 'message', key: message.key, message, first, last });
    before = message;
    day = today;
  });
  return rows;
}

function together(before: ChatMessage | undefined, message: ChatMessage): boolean {
  if (!before || before.recalled || message.recalled) return false;
  return before.from === message.from && message.date - before.date < TOGETHER;
}

let lastStart = 0;
let lastName = '';

/** A day in the page's own time zone. Most messages are of the day of the one before. */
function dayOf(date: number): string {
  if (date >= lastStart && date < lastStart + 23 * 3_600_000) return lastName;
  const day = new Date(date);
  lastStart = new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime();
  lastName = `${day.getFullYear()}-${day.getMonth() + 1}-${day.getDate()}`;
  return lastName;
}

/** One line of the list. `first` and `last`: of messages of one sender that stand together. */
export type Row =
  | { kind: 'day'; key: string; date: number }
  | { kind: 'unread'; key: string }
  | { kind: 'message'; key: string; message: ChatMessage; first: boolean; last: boolean };
