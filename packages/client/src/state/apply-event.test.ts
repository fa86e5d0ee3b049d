import type { MessageEvent, ParleyEvent } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { applyChange } from './apply-change.ts';
import type { Change } from './change.ts';
import type { ChatState } from './chat-state.ts';
import { createState } from './state.ts';

const me = 1;

function open() {
  const state = createState(me, 100);
  let offset = 0;
  applyChange(state, { type: 'moved', cursor: '1-0', lost: false });
  return Object.assign(state, {
    apply: (change: Change) => applyChange(state, change),
    receive: (event: ParleyEvent) => {
      offset += 1;
      return applyChange(state, { type: 'event', cursor: `1-${offset}`, event });
    },
    chat: (id: number) => state.chats.get(id) as ChatState,
  });
}

function message(id: number, from: number, to = me, text = `${from} to ${to}`): MessageEvent {
  const conversation = `${Math.min(from, to)}_${Math.max(from, to)}`;
  return { kind: 'message', id, conversation, from, to, date: id, body: { type: 'text', text } };
}

describe('applyEvent', () => {
  it('messages with the same id in two conversations are kept apart', () => {
    const state = open();
    state.receive(message(500, 2));
    state.receive(message(500, 3));
    state.receive({ kind: 'edit', chat: 3, id: 500, user: 3, body: { type: 'text', text: 'edited' } });
    state.receive({ kind: 'react', chat: 2, id: 500, user: 2, emoji: '👍', active: true });
    expect(state.chat(2).messages).toMatchObject([{ id: 500, from: 2, body: { text: '2 to 1' }, reactions: [{}] }]);
    expect(state.chat(3).messages).toMatchObject([{ id: 500, from: 3, body: { text: 'edited' } }]);
    expect(state.chat(3).messages[0]?.reactions).toBeUndefined();
    expect([state.chat(2).unread, state.chat(3).unread]).toEqual([1, 1]);
    state.apply({ type: 'marked', chat: 2, mark: { read: 500 }, settled: true });
    expect([state.chat(2).unread, state.chat(3).unread]).toEqual([0, 1]);
  });

  it('a new message moves a chat out of the archive unless the chat is muted', () => {
    const state = open();
    state.receive(message(1, 2));
    for (const [muted, archived] of [
      [false, false],
      [true, true],
    ] as const) {
      const { last, ...known } = state.chat(2);
      state.apply({ type: 'chats', chats: [{ ...known, last, muted, archived: true }], complete: false });
      state.receive(message((last?.id ?? 0) + 1, 2));
      expect(state.chat(2).archived).toBe(archived);
    }
  });

  it('messages that the user hides are removed, and no longer count as unread', () => {
    const state = open();
    for (const id of [1, 2, 3, 4]) state.receive(message(id, id === 2 ? me : 2, id === 2 ? 2 : me));
    state.apply({ type: 'marked', chat: 2, mark: { read: 1 }, settled: true });
    state.receive({ kind: 'hide', chat: 2, ids: [1, 2, 4, 99] });
    const { messages, last, unread } = state.chat(2);
    expect([messages.map(({ id }) => id), last?.id, unread]).toEqual([[3], 3, 1]);
    state.receive({ kind: 'hide', chat: 2, ids: [3] });
    expect(state.chat(2)).toMatchObject({ messages: [], last: null, unread: 0 });
    state.receive({ kind: 'hide', chat: 7, ids: [3] });
    expect(state.chats.has(7)).toBe(false);
  });

  it("a group's state contains the newest message that mentions the user, until the user has read that message", () => {
    const state = open();
    const say = (id: number, mentions: number[], from = 2) =>
      state.receive({ ...message(id, from, 9), conversation: 'g9', mentions });
    say(10, [1, 3]);
    say(11, [1]);
    say(12, [3]);
    say(13, [1], me);
    expect(state.chat(9).mention).toBe(11);
    const { chat, type, name, avatar, last, pinned, muted, archived, updated } = state.chat(9);
    const loaded = {
      chat,
      type,
      name,
      avatar,
      last,
      pinned,
      muted,
      archived,
      updated,
      unread: 1,
      peerRead: 0,
      read: 10,
    };
    state.apply({ type: 'chats', chats: [{ ...loaded, mention: 11 }], complete: false });
    expect(state.chat(9).mention).toBe(11);
    state.apply({ type: 'marked', chat: 9, mark: { read: 12 }, settled: true });
    expect(state.chat(9).mention).toBeUndefined();
    state.apply({ type: 'chats', chats: [{ ...loaded, mention: 11 }], complete: false });
    expect(state.chat(9).mention).toBeUndefined();
  });

  it('an event that arrives twice is applied once', () => {
    const state = open();
    const event = { type: 'event', cursor: '1-1', event: message(5, 2) } as const;
    expect([state.apply(event), state.apply(event)]).toEqual([true, false]);
    expect(state.chat(2)).toMatchObject({ unread: 1, messages: [{ id: 5 }] });
  });

  it("a sent message leaves the outbox even if its event arrives before the server's acknowledgement", () => {
    const state = open();
    const left: unknown[] = [];
    state.onLeftOutbox = (ref, accepted) => left.push([ref, accepted?.id]);
    const entry = { ref: 'r', chat: 2, body: { type: 'text', text: 'hi' }, date: 1 } as const;
    state.apply({ type: 'queued', entry });
    state.receive({ ...message(9, me, 2, 'hi'), ref: 'r' });
    expect(state.outbox).toEqual([]);
    expect(left).toEqual([['r', 9]]);
    expect(state.apply({ type: 'accepted', ref: 'r', id: 9, conversation: '1_2', date: 9 })).toBe(false);
    expect(state.apply({ type: 'queued', entry })).toBe(false);
    expect(state.chat(2).messages).toHaveLength(1);
  });
});
