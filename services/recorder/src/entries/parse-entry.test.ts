import { describe, expect, it } from 'vitest';
import { edit, groupMessage, mark, message, react, recall } from '../testing/entries.ts';
import { parseEntry } from './parse-entry.ts';
import { BadEntry, readJson } from './read-json.ts';

describe('parseEntry', () => {
  it('parseEntry parses every kind of record entry', () => {
    const read = (entry: object) => parseEntry(readJson(JSON.stringify(entry)));
    const pair = { conversation: '3_7', user: 7, chat: 3, group: false };
    const group = { conversation: 'g88', user: 7, chat: 88, group: true };
    const body = '{"type":"text","text":"x"}';
    const common = {
      kind: 'message',
      id: 5,
      body,
      ref: 'r5',
      replyTo: null,
      mentions: null,
      custom: null,
      silent: false,
      streaming: false,
    };
    expect(read(message(5, 7, 3, 'x'))).toEqual({ ...common, conversation: '3_7', from: 7, to: 3, group: false });
    expect(read(groupMessage(5, 7, 88, 'x'))).toEqual({ ...common, conversation: 'g88', from: 7, to: 88, group: true });
    expect(read(mark(7, 3, { read: 5 }))).toEqual({ kind: 'mark', ...pair, read: 5, delivered: 0, private: false });
    expect(read({ ...mark(7, 3, { read: 5 }), private: true })).toMatchObject({ read: 5, private: true });
    expect(read(mark(7, 88, { delivered: 5 }, true))).toEqual({
      kind: 'mark',
      ...group,
      read: 0,
      delivered: 5,
      private: false,
    });
    expect(read(recall(7, 3, 5, 9))).toEqual({ kind: 'recall', ...pair, id: 5, date: 9, moderated: false });
    const changed = { kind: 'edit', ...group, id: 5, date: 9, body, custom: null, streamed: false, silent: false };
    expect(read(edit(7, 88, 5, 9, 'x', true))).toEqual(changed);
    expect(read({ ...edit(7, 88, 5, 9, 'x', true), streaming: false })).toEqual({ ...changed, streamed: true });
    expect(read(react(7, 3, 5, 9, '👍', false))).toEqual({
      kind: 'react',
      ...pair,
      id: 5,
      date: 9,
      emoji: '👍',
      active: false,
    });
  });

  it.each([
    ['a missing text', undefined],
    ['invalid JSON', '{'],
    ['JSON that is not an object', 'null'],
    ['an unknown kind', '{"kind":"dance"}'],
    ['a message of another conversation', JSON.stringify({ ...message(1, 2, 3), conversation: '2_4' })],
    ['an id that is not exact', JSON.stringify({ ...message(1, 2, 3), id: 2 ** 53 })],
    ['an id that is not a number', JSON.stringify({ ...message(1, 2, 3), from: '2' })],
    ['a body that is not an object', JSON.stringify({ ...message(1, 2, 3), body: 'hi' })],
    ['custom data that is no object', JSON.stringify({ ...message(1, 2, 3), custom: 'a' })],
    ['mentions that are not ids', JSON.stringify({ ...message(1, 2, 3), mentions: ['all'] })],
    ['a mark below one', '{"kind":"mark","user":1,"chat":2,"read":0}'],
    ['a reaction without active', '{"kind":"react","user":1,"chat":2,"id":3,"date":4,"emoji":"x"}'],
  ])('parseEntry rejects %s', (_, text) => {
    expect(() => parseEntry(readJson(text))).toThrow(BadEntry);
  });
});
