import type { MessageEvent } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { showChats } from '../message.ts';
import { applyChange } from './apply-change.ts';
import type { Change } from './change.ts';
import { createState } from './state.ts';

const me = 1;
const peer = 2;

function open() {
  const state = createState(me, 10);
  return Object.assign(state, { apply: (change: Change) => applyChange(state, change) });
}

describe('applyChange', () => {
  it('an unread message is counted even if it arrives after the acknowledgement of a later own message', () => {
    const state = open();
    state.apply({ type: 'moved', cursor: '1-0', lost: false });
    state.apply({ type: 'queued', entry: { ref: 'r', chat: peer, body: { type: 'text', text: 'mine' }, date: 0 } });
    state.apply({ type: 'accepted', ref: 'r', id: 11, conversation: '1_2', date: 0 });
    state.apply({ type: 'event', cursor: '1-1', event: message(10, peer) });
    state.apply({ type: 'event', cursor: '1-2', event: { ...message(11, me), ref: 'r' } });
    expect(state.chats.get(peer)).toMatchObject({ unread: 1, messages: [{ id: 10 }, { id: 11 }] });
  });

  it("the SDK shows the user's own message with the content that a hook of the server has set", () => {
    const state = open();
    const body = { type: 'text', text: 'raw' } as const;
    const accepted = { type: 'accepted', conversation: '1_2', date: 0, body: { ...body, text: 'clean' } } as const;
    state.apply({ type: 'queued', entry: { ref: 'r', chat: peer, body, custom: { raw: 1 }, date: 0 } });
    state.apply({ ...accepted, ref: 'r', id: 11, custom: null });
    state.apply({ type: 'queued', entry: { ref: 's', chat: peer, body, date: 0 } });
    state.apply({ ...accepted, ref: 's', id: 12, custom: { by: 'rules' } });
    const [first, second] = state.chats.get(peer)?.messages ?? [];
    expect([first?.body, first?.custom]).toEqual([{ ...body, text: 'clean' }, undefined]);
    expect([second?.body, second?.custom]).toEqual([{ ...body, text: 'clean' }, { by: 'rules' }]);
  });

  it('an unread message that the api has already counted is not counted again', () => {
    const state = open();
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
    state.apply({
      type: 'chats',
      chats: [{ ...chat, pinned: false, muted: false, archived: false, updated: 0 }],
      complete: true,
    });
    state.apply({ type: 'event', cursor: '1-1', event: message(10, peer) });
    state.apply({ type: 'event', cursor: '1-2', event: message(12, peer) });
    expect(state.chats.get(peer)?.unread).toBe(4);
  });

  it('a reload removes the custom data of a chat if the api no longer has the data', () => {
    const state = open();
    const known = { type: 'user' as const, name: 'Ann', avatar: null, last: null, unread: 0, read: 0, peerRead: 0 };
    const chat = { ...known, chat: peer, pinned: false, muted: false, archived: false, updated: 0 };
    state.apply({ type: 'chats', chats: [{ ...chat, custom: { folder: 'work' } }], complete: false });
    expect(showChats(state)).toMatchObject([{ custom: { folder: 'work' } }]);
    state.apply({ type: 'chats', chats: [chat], complete: false });
    expect(showChats(state)[0]).not.toHaveProperty('custom');
  });

  it('a deleted chat keeps its read marks and its newer messages', () => {
    const state = open();
    state.apply({ type: 'moved', cursor: '1-0', lost: false });
    state.apply({ type: 'event', cursor: '1-1', event: message(10, me) });
    state.apply({ type: 'event', cursor: '1-2', event: { kind: 'mark', chat: peer, user: peer, read: 10 } });
    state.apply({ type: 'event', cursor: '1-3', event: message(12, peer) });
    state.apply({ type: 'event', cursor: '1-4', event: { kind: 'chat', chat: peer, change: 'deleted', upTo: 11 } });
    expect(state.chats.get(peer)).toMatchObject({ peerRead: 10, unread: 1, messages: [{ id: 12 }], last: { id: 12 } });
  });

  it('chats are sorted by their last message, not by the time at which they were opened', () => {
    const state = open();
    state.apply({ type: 'moved', cursor: '1-0', lost: false });
    const known = { type: 'user' as const, avatar: null, last: null, unread: 0, read: 0, peerRead: 0 };
    for (const [n, from] of [peer, 3].entries())
      state.apply({ type: 'event', cursor: `1-${n + 1}`, event: { ...message(10 + n, from), date: 1000 + n } });
    for (const [n, chat] of [3, peer].entries()) {
      const opened = {
        ...known,
        chat,
        name: `${chat}`,
        pinned: false,
        muted: false,
        archived: false,
        updated: 2000 + n,
      };
      state.apply({ type: 'chats', chats: [opened], complete: false });
    }
    expect(showChats(state).map(({ chat }) => chat)).toEqual([3, peer]);
  });

  it('the newest page replaces messages in memory if other messages might be missing between them and the page', () => {
    const state = open();
    state.apply({ type: 'moved', cursor: '1-0', lost: false });
    const page = (ids: number[], more: boolean) => {
      const messages = ids.map((id) => {
        const { kind: _, ...loaded } = message(id, peer);
        return loaded;
      });
      state.apply({ type: 'messages', chat: peer, messages, more, newest: true });
      return state.chats.get(peer)?.messages.map(({ id }) => id);
    };
    state.apply({ type: 'event', cursor: '1-1', event: message(30, peer) });
    expect(page([10, 11], true)).toEqual([10, 11, 30]);
    expect(page([11, 20, 30], true)).toEqual([11, 20, 30]);
    expect(page([25, 30], true)).toEqual([25, 30]);
    expect(state.chats.get(peer)?.more).toBe(true);
    expect(page([10, 25, 30], false)).toEqual([10, 25, 30]);
    expect(state.chats.get(peer)?.more).toBe(false);
  });

  describe('a page that was requested before a change', () => {
    const loaded = (id: number) => {
      const { kind: _, ...rest } = message(id, peer);
      return rest;
    };
    const pin = (active: boolean) => ({ kind: 'pin' as const, chat: peer, id: 10, user: me, active, date: 1 });
    const withPin = { ...loaded(10), pinned: { user: me, date: 1 } };
    const opened = () => {
      const state = open();
      state.apply({ type: 'moved', cursor: '1-0', lost: false });
      state.apply({ type: 'event', cursor: '1-1', event: message(10, peer) });
      return state;
    };
    const shown = (state: ReturnType<typeof open>) =>
      state.chats.get(peer)?.messages.map(({ id, pinned }) => `${id}${pinned ? ' pinned' : ''}`);
    const page = { type: 'messages' as const, chat: peer, more: false };

    it('a loaded page does not undo a change that happened after its request', () => {
      const state = opened();
      state.apply({ type: 'event', cursor: '1-2', event: pin(true) });
      state.apply({ type: 'event', cursor: '1-3', event: pin(false) });
      state.apply({ ...page, messages: [loaded(9), withPin], since: '1-2' });
      expect(shown(state)).toEqual(['9', '10']);
      state.apply({ ...page, messages: [withPin], since: '1-3' });
      expect(shown(state)).toEqual(['9', '10 pinned']);
    });

    it('later changes of messages that were not in memory are applied to a loaded page', () => {
      const state = opened();
      state.apply({ type: 'event', cursor: '1-2', event: { ...pin(true), id: 9 } });
      state.apply({ ...page, messages: [loaded(9)], since: '1-1' });
      expect(shown(state)).toEqual(['9 pinned', '10']);
    });

    it('a loaded page removes the pin of a message in memory if the api no longer has the pin', () => {
      const state = opened();
      state.apply({ type: 'event', cursor: '1-2', event: pin(true) });
      state.apply({ ...page, messages: [loaded(10)], since: '1-2' });
      expect(shown(state)).toEqual(['10']);
    });

    it('a loaded page that might lack recent changes does not overwrite messages in memory', () => {
      const state = opened();
      state.apply({ type: 'event', cursor: '1-2', event: pin(true) });
      state.apply({ ...page, messages: [loaded(9), loaded(10)], unrecorded: true, since: '1-2' });
      expect(shown(state)).toEqual(['9', '10 pinned']);
    });

    it('a message that the user has deleted does not come back with an older page', () => {
      const state = opened();
      state.apply({ type: 'event', cursor: '1-2', event: { kind: 'hide', chat: peer, ids: [10] } });
      state.apply({ ...page, messages: [loaded(9), loaded(10)], since: '1-1' });
      expect(shown(state)).toEqual(['9']);
    });

    it('the client reloads a page if more changes have arrived since the request than it stores', () => {
      const state = opened();
      for (let i = 2; i < 110; i += 1) state.apply({ type: 'event', cursor: `1-${i}`, event: pin(i % 2 === 0) });
      state.apply({ ...page, messages: [loaded(10)], since: '1-1' });
      expect(state.unrecorded).toBe(true);
    });
  });

  it('a deleted chat stays deleted when an older response of the api still contains it', () => {
    const state = open();
    state.apply({ type: 'moved', cursor: '1-0', lost: false });
    const { kind: _, ...last } = message(10, peer);
    const known = { chat: peer, type: 'user' as const, name: 'Ann', avatar: null, unread: 1, read: 0, peerRead: 0 };
    const chat = { ...known, last, pinned: false, muted: false, archived: false, updated: 0 };
    state.apply({ type: 'event', cursor: '1-1', event: message(10, peer) });
    state.apply({ type: 'event', cursor: '1-2', event: { kind: 'chat', chat: peer, change: 'deleted', upTo: 10 } });
    state.apply({ type: 'chats', chats: [chat], complete: false });
    state.apply({ type: 'messages', chat: peer, messages: [last], more: false });
    expect(state.chats.get(peer)).toMatchObject({ name: '', last: null, unread: 0, messages: [] });
    expect(showChats(state)).toEqual([]);
    state.apply({ type: 'event', cursor: '1-3', event: message(12, peer) });
    expect(state.chats.get(peer)).toMatchObject({ unread: 1, messages: [{ id: 12 }] });
  });
});

function message(id: number, from: number): MessageEvent {
  return {
    ...{ kind: 'message', id, conversation: '1_2', from, to: from === me ? peer : me, date: 0 },
    body: { type: 'text', text: `m${id}` },
  } as MessageEvent;
}
