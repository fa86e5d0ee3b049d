import type { MessageEvent } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { showChats } from '../message.ts';
import { State } from './state.ts';

const me = 1;
const peer = 2;

describe('the state of a client', () => {
  it('counts a message as unread that came after the acknowledgement of a later one of its own', () => {
    const state = new State(me, 10);
    state.apply({ type: 'moved', cursor: '1-0', lost: false });
    state.apply({ type: 'queued', entry: { ref: 'r', chat: peer, body: { type: 'text', text: 'mine' }, date: 0 } });
    state.apply({ type: 'accepted', ref: 'r', id: 11, conversation: '1_2', date: 0 });
    state.apply({ type: 'event', cursor: '1-1', event: message(10, peer) });
    state.apply({ type: 'event', cursor: '1-2', event: { ...message(11, me), ref: 'r' } });
    expect(state.boxes.get(peer)).toMatchObject({ unread: 1, messages: [{ id: 10 }, { id: 11 }] });
  });

  it('does not count again what the api has counted', () => {
    const state = new State(me, 10);
    state.apply({ type: 'moved', cursor: '1-0', lost: true });
    const { kind: _, ...last } = message(10, peer);
    const chat = {
      chat: peer,
      type: 'user' as const,
      name: 'Ann',
      avatar: null,
      last,
      unread: 3,
      read: 0,
      peerRead: 0,
    };
    state.apply({ type: 'chats', chats: [{ ...chat, pinned: false, muted: false, updated: 0 }], whole: true });
    state.apply({ type: 'event', cursor: '1-1', event: message(10, peer) });
    state.apply({ type: 'event', cursor: '1-2', event: message(12, peer) });
    expect(state.boxes.get(peer)?.unread).toBe(4);
  });

  it('keeps marks of a chat that was deleted, and what came since then', () => {
    const state = new State(me, 10);
    state.apply({ type: 'moved', cursor: '1-0', lost: false });
    state.apply({ type: 'event', cursor: '1-1', event: message(10, me) });
    state.apply({ type: 'event', cursor: '1-2', event: { kind: 'mark', chat: peer, user: peer, read: 10 } });
    state.apply({ type: 'event', cursor: '1-3', event: message(12, peer) });
    state.apply({ type: 'event', cursor: '1-4', event: { kind: 'chat', chat: peer, change: 'deleted', upTo: 11 } });
    expect(state.boxes.get(peer)).toMatchObject({ peerRead: 10, unread: 1, messages: [{ id: 12 }], last: { id: 12 } });
  });

  it('orders chats by their messages, not by when they were opened at the api', () => {
    const state = new State(me, 10);
    state.apply({ type: 'moved', cursor: '1-0', lost: false });
    const known = { type: 'user' as const, avatar: null, last: null, unread: 0, read: 0, peerRead: 0 };
    for (const [n, from] of [peer, 3].entries())
      state.apply({ type: 'event', cursor: `1-${n + 1}`, event: { ...message(10 + n, from), date: 1000 + n } });
    for (const [n, chat] of [3, peer].entries()) {
      const opened = { ...known, chat, name: `${chat}`, pinned: false, muted: false, updated: 2000 + n };
      state.apply({ type: 'chats', chats: [opened], whole: false });
    }
    expect(showChats(state).map(({ chat }) => chat)).toEqual([3, peer]);
  });

  it('keeps a chat deleted when the api answers late with what was in it', () => {
    const state = new State(me, 10);
    state.apply({ type: 'moved', cursor: '1-0', lost: false });
    const { kind: _, ...last } = message(10, peer);
    const known = { chat: peer, type: 'user' as const, name: 'Ann', avatar: null, unread: 1, read: 0, peerRead: 0 };
    const chat = { ...known, last, pinned: false, muted: false, updated: 0 };
    state.apply({ type: 'event', cursor: '1-1', event: message(10, peer) });
    state.apply({ type: 'event', cursor: '1-2', event: { kind: 'chat', chat: peer, change: 'deleted', upTo: 10 } });
    state.apply({ type: 'chats', chats: [chat], whole: false });
    state.apply({ type: 'messages', chat: peer, messages: [last], more: false });
    expect(state.boxes.get(peer)).toMatchObject({ name: '', last: null, unread: 0, messages: [] });
    expect(showChats(state)).toEqual([]);
    state.apply({ type: 'event', cursor: '1-3', event: message(12, peer) });
    expect(state.boxes.get(peer)).toMatchObject({ unread: 1, messages: [{ id: 12 }] });
  });
});

function message(id: number, from: number): MessageEvent {
  return {
    ...{ kind: 'message', id, conversation: '1_2', from, to: from === me ? peer : me, date: 0 },
    body: { type: 'text', text: `m${id}` },
  } as MessageEvent;
}
