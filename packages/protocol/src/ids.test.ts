import { describe, expect, it } from 'vitest';
import { formatCursor, parseCursor } from './cursor.ts';
import {
  firstMessageId,
  groupConversation,
  importedIds,
  isId,
  messageDate,
  parseConversation,
  principalDate,
  SYSTEM_USER,
  userConversation,
} from './ids.ts';

describe('principalDate', () => {
  it('principalDate returns when a user was created, or undefined for older ids and for the system user', () => {
    const date = Date.UTC(2026, 10, 26);
    expect(principalDate((date - Date.UTC(2025, 0, 1)) * 1024 + 1023)).toBe(date);
    expect([principalDate(100_001), principalDate(SYSTEM_USER)]).toEqual([undefined, undefined]);
  });
});

describe('message ids', () => {
  it('messageDate returns the date that a message id contains', () => {
    const date = Date.UTC(2026, 6, 1, 12, 30, 15, 250);
    expect(messageDate(firstMessageId(date))).toBe(date);
    expect(messageDate(firstMessageId(date) + 4095)).toBe(date);
    expect(messageDate(firstMessageId(date) + 4096)).toBe(date + 1);
  });

  it('message ids before 2025-02 contain their date and are smaller than all later ids', () => {
    const dates = [Date.UTC(1970, 0, 1), Date.UTC(2009, 4, 1, 1, 2, 3, 4), Date.UTC(2025, 0, 31, 23, 59, 59, 999)];
    const ids = dates.map(firstMessageId);
    expect(ids.map(messageDate)).toEqual(dates);
    expect([...ids, firstMessageId(Date.UTC(2025, 1, 1))]).toEqual(
      [...ids, firstMessageId(Date.UTC(2025, 1, 1))].sort((a, b) => a - b),
    );
    expect(messageDate(firstMessageId(Date.UTC(2025, 1, 1)))).toBe(Date.UTC(2025, 1, 1));
  });

  it("ids of imported messages contain the message's date, or a date up to 341 ms later before 2025-02", () => {
    const recent = importedIds(Date.UTC(2026, 0, 1));
    expect([messageDate(recent.first), messageDate(recent.last)]).toEqual([Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 1)]);
    const early = importedIds(Date.UTC(2020, 0, 1));
    expect([messageDate(early.first), messageDate(early.last)]).toEqual([
      Date.UTC(2020, 0, 1),
      Date.UTC(2020, 0, 1) + 341,
    ]);
  });

  it('message ids of the year 2090 are safe integers', () => {
    expect(isId(firstMessageId(Date.UTC(2090, 0, 1)))).toBe(true);
  });
});

describe('conversations', () => {
  it('userConversation returns the same name for both users of a conversation', () => {
    expect(userConversation(748418, 195752)).toBe('195752_748418');
    expect(userConversation(195752, 748418)).toBe('195752_748418');
  });

  it('parseConversation returns the participants of a conversation', () => {
    expect(parseConversation('195752_748418')).toEqual({ type: 'users', users: [195752, 748418] });
    expect(parseConversation(groupConversation(88))).toEqual({ type: 'group', group: 88 });
  });

  it.each(['', '5', '7_5', 'g', 'g0', '1_', '01_2', '1_99999999999999999999'])(
    'parseConversation returns undefined for %j',
    (text) => {
      expect(parseConversation(text)).toBeUndefined();
    },
  );
});

describe('cursors', () => {
  it('parseCursor reverses formatCursor', () => {
    expect(parseCursor(formatCursor({ epoch: 1740000000000, offset: 12 }))).toEqual({
      epoch: 1740000000000,
      offset: 12,
    });
  });

  it.each(['', 'latest', '1-', '-1', '1-2-3', '9999999999999999-1', '1e3-1', ' 1-1'])(
    'parseCursor returns undefined for %j',
    (text) => {
      expect(parseCursor(text)).toBeUndefined();
    },
  );
});
