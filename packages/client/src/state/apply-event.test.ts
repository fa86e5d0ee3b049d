import type { MessageEvent, ParleyEvent } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { State } from './state.ts';

const me = 1;

function open(): State & { take(event: ParleyEvent): boolean } {
  const state = new State(me, 100);
  let offset = 0;
  state.apply({ type: 'moved', cursor: '1-0', lost: false });
  return Object.assign(state, {
    take: (event: ParleyEvent) => {
      offset += 1;
      return state.apply({ type: 'event', cursor: `1-${offset}`, event });
    },
  });
}

function message(id: number, from: number, to = me, text = `${from} to ${to}`): MessageEvent {
  const conversation = `${Math.min(from, to)}_${Math.max(from, to)}`;
  return { kind: 'message', id, conversation, from, to, date: id, body: { type: 'text', text } };
}

describe('what a client knows', () => {
  it('keeps two messages of one id apart that are of different conversations', () => {
    const state = open();
    state.take(message(500, 2));
    state.take(message(500, 3));
    state.take({ kind: 'edit', chat: 3, id: 500, user: 3, body: { type: 'text', text: 'edited' } });
    state.take({ kind: 'react', chat: 2, id: 500, user: 2, emoji: '👍', active: true });
    expect(state.box(2).messages).toMatchObject([{ id: 500, from: 2, body: { text: '2 to 1' }, reactions: [{}] }]);
    expect(state.box(3).messages).toMatchObject([{ id: 500, from: 3, body: { text: 'edited' } }]);
    expect(state.box(3).messages[0]?.reactions).toBeUndefined();
    expect([state.box(2).unread, state.box(3).unread]).toEqual([1, 1]);
    state.apply({ type: 'marked', chat: 2, mark: { read: 500 }, settled: true });
    expect([state.box(2).unread, state.box(3).unread]).toEqual([0, 1]);
  });

  it('takes an event once', () => {
    const state = open();
    const event = { type: 'event', cursor: '1-1', event: message(5, 2) } as const;
    expect([state.apply(event), state.apply(event)]).toEqual([true, false]);
    expect(state.box(2)).toMatchObject({ unread: 1, messages: [{ id: 5 }] });
  });

  it('strikes its own message from the outbox when that comes back by another way', () => {
    const state = open();
    const left: unknown[] = [];
    state.left = (ref, accepted) => left.push([ref, accepted?.id]);
    const entry = { ref: 'r', chat: 2, body: { type: 'text', text: 'hi' }, date: 1 } as const;
    state.apply({ type: 'queued', entry });
    state.take({ ...message(9, me, 2, 'hi'), ref: 'r' });
    expect(state.outbox).toEqual([]);
    expect(left).toEqual([['r', 9]]);
    expect(state.apply({ type: 'accepted', ref: 'r', id: 9, conversation: '1_2', date: 9 })).toBe(false);
    expect(state.apply({ type: 'queued', entry })).toBe(false);
    expect(state.box(2).messages).toHaveLength(1);
  });
});
