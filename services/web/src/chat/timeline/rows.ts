import type { ChatMessage } from '@parley/client';

/**
 * Maximum ms between two messages of one sender that form a run. A run shows the sender's name and
 * avatar once.
 */
const RUN_MS = 5 * 60_000;

/** Maximum ms between two pictures of one sender that form an album. */
const ALBUM_MS = 30_000;

/** Maximum number of pictures in an album. */
const MAX_ALBUM = 10;

/**
 * Returns the rows of a chat from top to bottom: messages, albums of pictures that were sent
 * together, a line before the first message of each day, and a line before the first unread
 * message.
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
    const album = first ? undefined : albumWith(rows.at(-1), message, last);
    if (album) rows[rows.length - 1] = album;
    else rows.push({ kind: 'message', key: message.key, message, first, last });
    before = message;
    day = today;
  });
  return rows;
}

/** Returns the key of the row that shows a message, which is an album or the message's own row. */
export function rowKeyOf(rows: readonly Row[], { key }: ChatMessage): string {
  return rows.find((row) => row.kind === 'album' && row.messages.some((each) => each.key === key))?.key ?? key;
}

/**
 * Returns an album of the previous row's pictures and the message. Undefined if they do not form an
 * album.
 */
function albumWith(row: Row | undefined, message: ChatMessage, last: boolean): Row | undefined {
  if (row?.kind !== 'message' && row?.kind !== 'album') return undefined;
  const messages = row.kind === 'album' ? row.messages : [row.message];
  const before = messages.at(-1) as ChatMessage;
  if (messages.length === MAX_ALBUM || message.date - before.date > ALBUM_MS) return undefined;
  if (!isPlainPicture(before) || !isPlainPicture(message)) return undefined;
  return { kind: 'album', key: row.key, messages: [...messages, message], first: row.first, last };
}

/**
 * Returns whether a message is a picture that can be part of an album: no reply, and not failed.
 */
function isPlainPicture({ body, replyTo, state }: ChatMessage): boolean {
  return body?.type === 'image' && !replyTo && state !== 'failed';
}

function isRun(before: ChatMessage | undefined, message: ChatMessage): boolean {
  if (!before || before.recalled || message.recalled) return false;
  return before.from === message.from && message.date - before.date < RUN_MS;
}

let lastStart = 0;
let lastName = '';

/**
 * Returns the day of a message in the local time zone. Caches the last result, because most
 * messages have the same day as the previous one.
 */
function dayOf(date: number): string {
  if (date >= lastStart && date < lastStart + 23 * 3_600_000) return lastName;
  const day = new Date(date);
  lastStart = new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime();
  lastName = `${day.getFullYear()}-${day.getMonth() + 1}-${day.getDate()}`;
  return lastName;
}

/**
 * One row of the list. `first` and `last`: whether the row begins or ends a run of messages of one
 * sender.
 */
export type Row =
  | { kind: 'day'; key: string; date: number }
  | { kind: 'unread'; key: string }
  | { kind: 'album'; key: string; messages: ChatMessage[]; first: boolean; last: boolean }
  | { kind: 'message'; key: string; message: ChatMessage; first: boolean; last: boolean };
