import type { ChatMessage } from '@parley/client';
import type { Message } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import type { Source } from './source.ts';
import { Timeline } from './timeline.ts';

const ME = 1;
const PEER = 2;

/** A chat whose newest messages the SDK stores. */
class Chat implements Source {
  readonly me = ME;
  readonly all: Message[];
  kept = 50;
  pages = 0;
  read = 0;

  constructor(count: number) {
    this.all = Array.from({ length: count }, (_, index) => message(index + 1));
  }

  say(): void {
    this.all.push(message(this.all.length + 1));
  }

  tail(): ChatMessage[] {
    return this.all.slice(-this.kept).map(({ conversation: _, ...each }) => ({
      ...each,
      key: String(each.id),
      chat: PEER,
      mine: each.from === ME,
      state: 'received',
    }));
  }

  hasOlder(): boolean {
    return this.all.length > this.kept;
  }

  async extend(count: number): Promise<void> {
    this.kept = Math.max(this.kept, count);
  }

  async page({ before, after, around, limit }: Parameters<Source['page']>[0]) {
    this.pages += 1;
    if (after !== undefined) {
      const rest = this.all.filter(({ id }) => id > after);
      return { items: rest.slice(0, limit), more: rest.length > limit };
    }
    const below = around === undefined ? (before ?? Number.POSITIVE_INFINITY) : around + limit / 2;
    const rest = this.all.filter(({ id }) => id < below);
    return { items: rest.slice(-limit), more: rest.length > limit };
  }

  marks() {
    return { delivered: this.read, read: this.read };
  }
}

function message(id: number): Message {
  const from = id % 2 === 0 ? PEER : ME;
  return { id, conversation: '1_2', from, to: 3 - from, date: id * 1000, body: { type: 'text', text: `m${id}` } };
}

const ids = (timeline: Timeline) => timeline.messages.map(({ id }) => id);
const from = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe('a timeline', () => {
  it('the timeline loads older messages without gaps until the first message', async () => {
    const chat = new Chat(330);
    const timeline = new Timeline(chat);
    while (await timeline.loadOlder()) chat.say();
    expect(timeline.older).toBe(false);
    timeline.refresh();
    expect(ids(timeline)).toEqual(from(1, chat.all.length));
  });

  it('the timeline sends no request if there are no older messages', async () => {
    const chat = new Chat(20);
    const timeline = new Timeline(chat);
    expect(await timeline.loadOlder()).toBe(false);
    expect(chat.pages).toBe(0);
  });

  it('the timeline limits the number of messages in memory and can return to the newest', async () => {
    const chat = new Chat(2000);
    const timeline = new Timeline(chat, 300);
    while (await timeline.loadOlder()) expect(timeline.messages.length).toBeLessThanOrEqual(300);
    expect(ids(timeline)).toEqual(from(1, 300));
    expect(timeline.newer).toBe(true);
    while (timeline.newer) await timeline.loadNewer();
    expect(ids(timeline).at(-1)).toBe(2000);
    expect(ids(timeline)).toEqual(from(ids(timeline)[0] as number, 2000));
    expect(timeline.older).toBe(true);
  });

  it('the timeline jumps to an old message, loads the messages around it and returns to the newest', async () => {
    const chat = new Chat(1000);
    const timeline = new Timeline(chat);
    expect(await timeline.jump(400)).toBe(true);
    expect(ids(timeline)).toContain(400);
    expect(timeline.newer).toBe(true);
    chat.say();
    timeline.refresh();
    expect(ids(timeline)).not.toContain(1001);
    while (timeline.newer) await timeline.loadNewer();
    expect(ids(timeline)).toEqual(from(ids(timeline)[0] as number, 1001));
    await timeline.jump(10);
    timeline.toLatest();
    expect(ids(timeline)).toEqual(from(952, 1001));
  });

  it('jumping to a message that does not exist resolves with false', async () => {
    expect(await new Timeline(new Chat(100)).jump(5000)).toBe(false);
  });

  it('the timeline reuses the objects of unchanged messages', () => {
    const chat = new Chat(60);
    const timeline = new Timeline(chat);
    const before = timeline.messages.at(-1);
    chat.say();
    timeline.refresh();
    expect(timeline.messages.at(-2)).toBe(before);
  });

  it('the timeline applies edits, reactions and recalls to older messages', async () => {
    const chat = new Chat(300);
    const timeline = new Timeline(chat);
    await timeline.loadOlder();
    timeline.apply({ kind: 'react', chat: PEER, id: 200, user: PEER, emoji: '👍', active: true });
    timeline.apply({ kind: 'edit', chat: PEER, id: 201, user: ME, body: { type: 'text', text: 'new' } });
    timeline.apply({ kind: 'recall', chat: PEER, id: 202, user: PEER });
    const shown = (id: number) => timeline.messages.find((each) => each.id === id);
    expect(shown(200)?.reactions).toEqual([{ emoji: '👍', users: [PEER] }]);
    expect(shown(201)?.body).toEqual({ type: 'text', text: 'new' });
    expect(shown(202)?.body).toBeNull();
  });

  it('the timeline drops hidden messages, both older ones and those that the SDK stores', async () => {
    const chat = new Chat(300);
    const timeline = new Timeline(chat);
    await timeline.loadOlder();
    const hidden = [200, 251, 300];
    timeline.apply({ kind: 'hide', chat: PEER, ids: hidden });
    chat.all.splice(0, chat.all.length, ...chat.all.filter(({ id }) => !hidden.includes(id)));
    chat.kept = 48;
    timeline.refresh();
    expect(ids(timeline)).toEqual(from(151, 300).filter((id) => !hidden.includes(id)));
  });

  it('the timeline shows older messages as read after the peer has read them', async () => {
    const chat = new Chat(300);
    const timeline = new Timeline(chat);
    await timeline.loadOlder();
    expect(timeline.messages.find(({ id }) => id === 201)?.state).toBe('sent');
    chat.read = 300;
    timeline.refresh();
    expect(timeline.messages.find(({ id }) => id === 201)?.state).toBe('read');
  });

  it('the timeline keeps its position after events were lost, and reloads newer messages', async () => {
    const chat = new Chat(300);
    const timeline = new Timeline(chat);
    await timeline.loadOlder();
    timeline.lose();
    for (let count = 0; count < 200; count++) chat.say();
    timeline.refresh();
    expect(ids(timeline).at(-1)).toBe(300);
    while (timeline.newer) await timeline.loadNewer();
    expect(ids(timeline)).toEqual(from(151, 500));
  });
});
