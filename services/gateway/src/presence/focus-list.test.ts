import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FocusList } from './focus-list.ts';

let list: FocusList;
let writes: [number, number[]][];
beforeEach(() => {
  vi.useFakeTimers();
  writes = [];
  list = new FocusList(async (user, chats) => {
    writes.push([user, [...chats()]]);
  });
});
afterEach(() => {
  list.stop();
  vi.useRealTimers();
});

const connection = (id: string, linger = 0, user = 7) => ({
  id,
  device: 'd',
  user: { id: user },
  transport: { linger },
});

describe('FocusList', () => {
  it('the focus list writes a chat once, even if a user has it open on several connections', () => {
    const [one, two] = [connection('one'), connection('two')];
    list.focus(one, 5);
    list.focus(two, 5);
    list.focus(two, 6);
    list.focus(connection('other', 0, 8), 9);
    list.focus(one, null);
    expect(writes).toEqual([
      [7, [5]],
      [7, [5]],
      [7, [5, 6]],
      [8, [9]],
      [7, [6]],
    ]);
  });

  it('the focus list writes nothing if the open chat of a connection stays the same', () => {
    const one = connection('one');
    list.focus(one, null);
    list.gone(one);
    list.restore(7);
    expect(writes).toEqual([]);
    list.focus(one, 5);
    list.focus(one, 5);
    expect(writes).toHaveLength(1);
  });

  it('the focus list removes the open chat of a closed connection, and keeps the open chats of other connections', () => {
    const [one, two] = [connection('one'), connection('two')];
    list.focus(one, 5);
    list.focus(two, 6);
    list.gone(one);
    expect(writes.at(-1)).toEqual([7, [6]]);
    list.gone(two);
    expect(writes.at(-1)).toEqual([7, []]);
  });

  it('the focus list keeps the open chat of a polling device between two polls, and removes it when the device stops polling', async () => {
    list.focus(connection('poll-1', 5000), 5);
    list.gone(connection('poll-1', 5000));
    await vi.advanceTimersByTimeAsync(4000);
    list.live(connection('poll-2', 5000));
    await vi.advanceTimersByTimeAsync(25_000);
    expect(writes).toEqual([[7, [5]]]);
    list.gone(connection('poll-2', 5000));
    await vi.advanceTimersByTimeAsync(5000);
    expect(writes.at(-1)).toEqual([7, []]);
  });

  it('the focus list writes the open chats again after Redis has lost them, and ignores errors of Redis', async () => {
    const failing = new FocusList(() => Promise.reject(new Error('unavailable')));
    failing.focus(connection('one'), 5);
    list.focus(connection('one'), 5);
    list.restore(7);
    expect(writes).toEqual([
      [7, [5]],
      [7, [5]],
    ]);
  });
});
