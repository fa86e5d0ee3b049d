import type { ChatMessage } from '@parley/client';
import { describe, expect, it } from 'vitest';
import { toRows } from './rows.ts';

const noon = new Date(2026, 5, 1, 12).getTime();
const HOUR = 3_600_000;

function message(id: number, from: number, date: number): ChatMessage {
  return {
    id,
    key: String(id),
    from,
    to: 9,
    chat: 9,
    date,
    mine: false,
    state: 'received',
    body: { type: 'text', text: '' },
  };
}

const outline = (messages: ChatMessage[], unread?: number) =>
  toRows(messages, unread).map((row) =>
    row.kind === 'message' ? `${row.message.id}${row.first ? ' first' : ''}${row.last ? ' last' : ''}` : row.kind,
  );

describe('rows of a chat', () => {
  it('each day of a chat starts with a date line', () => {
    const rows = outline([message(1, 1, noon), message(2, 1, noon + 24 * HOUR), message(3, 1, noon + 24 * HOUR + 1)]);
    expect(rows).toEqual(['day', '1 first last', 'day', '2 first', '3 last']);
  });

  it('messages of one sender within a few minutes are grouped', () => {
    const rows = outline([
      message(1, 1, noon),
      message(2, 1, noon + 60_000),
      message(3, 2, noon + 61_000),
      message(4, 2, noon + HOUR),
    ]);
    expect(rows).toEqual(['day', '1 first', '2 last', '3 first last', '4 first last']);
  });

  it('a line marks the first unread message of a chat', () => {
    expect(outline([message(1, 1, noon), message(2, 1, noon + 1)], 2)).toEqual([
      'day',
      '1 first last',
      'unread',
      '2 first last',
    ]);
  });

  it('a chat without messages has no rows', () => {
    expect(toRows([])).toEqual([]);
  });
});
