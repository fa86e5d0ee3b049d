import type { Message, SendAck } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kit, type Person } from './kit.ts';

let kit: Kit;
beforeAll(async () => {
  // Without a request of the api, the recorder waits longer than the api would.
  kit = await Kit.start({ env: { RECORD_WAIT_MAX: '10s' } });
});
afterAll(() => kit?.[Symbol.asyncDispose]());

const page = (person: Person, chat: number) =>
  person.call<{ items: Message[] }>('GET', `/chats/${chat}/messages?limit=200`);

describe('unrecorded messages', () => {
  it('history and chat list contain a message and its edit right after their acks', async () => {
    const [ann, ben] = (await kit.people(2)) as [Person, Person];
    await using client = await ann.connect();
    for (const text of ['one', 'two', 'three']) {
      const { id } = await client.text(ben.id, text);
      expect((await ann.texts(ben.id)).at(-1)).toBe(text);
      expect((await ben.chat(ann.id)).last).toMatchObject({ id, body: { text } });
      const body = { type: 'text' as const, text: `${text}, edited` };
      await client.ask({ type: 'edit', ref: `edit ${text}`, chat: ben.id, id, body });
      expect((await page(ben, ann.id)).items.at(-1)?.body).toEqual(body);
    }
  });

  it("the history of a group contains a message right after its ack; a member's read mark counts right after its ack", async () => {
    const [ann, ben] = (await kit.people(2)) as [Person, Person];
    const group = await kit.group([ann, ben]);
    await using client = await ann.connect();
    await using reader = await ben.connect(1);
    for (const text of ['one', 'two', 'three']) {
      const { id } = (await client.text(group, text)) as SendAck;
      expect((await ben.texts(group)).at(-1)).toBe(text);
      await reader.ask({ type: 'mark', ref: `read ${text}`, chat: group, read: id });
      expect(await ben.chat(group)).toMatchObject({ unread: 0, read: id });
    }
  });
});
