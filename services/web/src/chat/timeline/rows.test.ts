import type { ChatMessage } from '@parley/client';
import { describe, expect, it } from 'vitest';
import { rowKeyOf, toRows } from './rows.ts';

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

const picture = (id: number, from: number, date: number): ChatMessage => ({
  ...message(id, from, date),
  body: { type: 'image', media: id, name: 'a.png', size: 1, mime: 'image/png' },
});

const outline = (messages: ChatMessage[], unread?: number) =>
  toRows(messages, unread).map((row) => {
    if (row.kind === 'day' || row.kind === 'unread') return row.kind;
    const ids = row.kind === 'album' ? row.messages.map(({ id }) => id).join('+') : row.message.id;
    return `${ids}${row.first ? ' first' : ''}${row.last ? ' last' : ''}`;
  });

describe('rows of a chat', () => {
  it('toRows starts each day of a chat with a date line', () => {
    const rows = outline([message(1, 1, noon), message(2, 1, noon + 24 * HOUR), message(3, 1, noon + 24 * HOUR + 1)]);
    expect(rows).toEqual(['day', '1 first last', 'day', '2 first', '3 last']);
  });

  it('toRows groups messages that one sender wrote within a few minutes', () => {
    const rows = outline([
      message(1, 1, noon),
      message(2, 1, noon + 60_000),
      message(3, 2, noon + 61_000),
      message(4, 2, noon + HOUR),
    ]);
    expect(rows).toEqual(['day', '1 first', '2 last', '3 first last', '4 first last']);
  });

  it('toRows puts a line before the first unread message', () => {
    expect(outline([message(1, 1, noon), message(2, 1, noon + 1)], 2)).toEqual([
      'day',
      '1 first last',
      'unread',
      '2 first last',
    ]);
  });

  it('toRows combines pictures that one sender wrote within seconds into an album', () => {
    const rows = outline([
      message(1, 1, noon),
      picture(2, 1, noon + 1),
      picture(3, 1, noon + 2),
      picture(4, 1, noon + 3),
      message(5, 1, noon + 4),
      picture(6, 1, noon + 5),
      picture(7, 2, noon + 6),
      picture(8, 2, noon + 60_000),
    ]);
    expect(rows).toEqual(['day', '1 first', '2+3+4', '5', '6 last', '7 first', '8 last']);
  });

  it('toRows ends an album after ten pictures, before a reply and before the line of unread messages', () => {
    const many = Array.from({ length: 11 }, (_, i) => picture(i + 1, 1, noon + i));
    expect(outline(many)).toEqual(['day', '1+2+3+4+5+6+7+8+9+10 first', '11 last']);
    expect(outline(many.slice(0, 4), 3)).toEqual(['day', '1+2 first last', 'unread', '3+4 first last']);
    expect(outline([picture(1, 1, noon), { ...picture(2, 1, noon), replyTo: 1 }])).toEqual([
      'day',
      '1 first',
      '2 last',
    ]);
  });

  it('rowKeyOf returns the key of the album for each message in the album', () => {
    const messages = [picture(1, 1, noon), picture(2, 1, noon + 1), message(3, 1, noon + 2)];
    const rows = toRows(messages);
    expect(messages.map((each) => rowKeyOf(rows, each))).toEqual(['1', '1', '3']);
  });

  it('toRows returns no rows for a chat without messages', () => {
    expect(toRows([])).toEqual([]);
  });
});
