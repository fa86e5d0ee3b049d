import type { ChatMessage } from '@parley/client';

/** Ms within which messages of one sender form a run. */
const RUN_MS = 5 * 60_000;

/**
 * Returns the rows of a chat from top to bottom: messages, a line before the first message of each
 * day, and a line before the first unread message.
 *
 * @param unreadFrom id of the first unread message. Default: none
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
    const first = today !== day || unread || !isRun(before, message);
    const next = messages[index + 1];
    const last = !next || dayOf(next.date) !== today || !isRun(message, next) || next.id === unreadFrom;
    rows.push({ kind: 'message', key: message.key, message, first, last });
    before = message;
    day = today;
  });
  return rows;
}

function isRun(before: ChatMessage | undefined, message: ChatMessage): boolean {
  if (!before || before.recalled || message.recalled) return false;
  return before.from === message.from && message.date - before.date < RUN_MS;
}

let lastStart = 0;
let lastName = '';

/**
 * Returns the day of a message in the local time zone. It is cached, because most messages have the
 * same day as the previous one.
 */
function dayOf(date: number): string {
  if (date >= lastStart && date < lastStart + 23 * 3_600_000) return lastName;
  const day = new Date(date);
  lastStart = new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime();
  lastName = `${day.getFullYear()}-${day.getMonth() + 1}-${day.getDate()}`;
  return lastName;
}

/** One row of the list. `first` and `last`: its position in a run of messages of one sender. */
export type Row =
  | { kind: 'day'; key: string; date: number }
  | { kind: 'unread'; key: string }
  | { kind: 'message'; key: string; message: ChatMessage; first: boolean; last: boolean };
