import { randomUUID } from 'node:crypto';
import type { ChatMessage, Parley } from '@parley/client';
import { forgetUnfinished } from '@parley/redis';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kit } from '../gateway/kit.ts';
import { People, texts } from './people.ts';

let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start(2);
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

const shows = (client: Parley, chat: number, text: string) =>
  waitFor(() => texts(client, chat).at(-1) === text, { message: () => `shows ${JSON.stringify(texts(client, chat))}` });

describe.each(['websocket', 'sse', 'poll'] as const)('streamed messages over %s', (transport) => {
  const by = { transports: [transport] };
  const last = (client: Parley, chat: number) => client.messages(chat).at(-1) as ChatMessage;

  it('a streamed message grows on every device, even on a device that connects during the stream', async () => {
    const [a, b] = await kit.friends();
    await using people = new People(kit);
    const agent = await people.online(a, by);
    const reader = await people.online(b, { ...by, gateways: [kit.gateway(1).http] });
    const answer = await agent.stream(b, { custom: { model: 'm' } });
    await waitFor(() => last(reader, a)?.streaming);
    answer.write('one ');
    await shows(reader, a, 'one ');
    answer.write('two \ud83d');
    await shows(agent, b, 'one two ');
    const late = await people.online(b, { ...by, device: 'late' });
    await shows(late, a, 'one two ');
    answer.write('\ude42 three');
    for (const client of [reader, late]) {
      await shows(client, a, 'one two 🙂 three');
      expect(last(client, a)).toMatchObject({ streaming: true, id: answer.id });
    }
    await answer.end();
    for (const [client, chat] of [
      [reader, a],
      [late, a],
      [agent, b],
    ] as const) {
      await waitFor(() => !last(client, chat).streaming);
      expect(last(client, chat)).toMatchObject({ custom: { model: 'm' }, body: { text: 'one two 🙂 three' } });
      expect(last(client, chat)).not.toHaveProperty('edited');
    }
  });

  it('the end of a stream that Redis has lost replaces the text of the message', async () => {
    const [a, b] = await kit.friends();
    await using people = new People(kit);
    const agent = await people.online(a, by);
    const reader = await people.online(b, by);
    const answer = await agent.stream(b, { text: 'one' });
    answer.write(' two');
    await shows(agent, b, 'one two');
    await forgetUnfinished(kit.link);
    await answer.end();
    await waitFor(() => last(reader, a).edited);
    expect(last(reader, a).body).toEqual({ type: 'text', text: 'one two' });
  });

  it('closing a client with an open stream drops its unsent text and throws nothing', async () => {
    const [a, b] = await kit.friends();
    await using people = new People(kit);
    const agent = await people.online(a, by);
    const reader = await people.online(b, by);
    const answer = await agent.stream(b, { text: 'so ' });
    answer.write('never sent');
    await agent.close();
    const thrown: unknown[] = [];
    const note = (error: unknown) => thrown.push(error);
    process.on('uncaughtException', note);
    // Text of a later stream is sent after the time for which the first text would be collected.
    const second = await people.online(a, by);
    const later = await second.stream(b, { text: 'and ' });
    later.write('later');
    await shows(reader, a, 'and later');
    process.off('uncaughtException', note);
    expect(thrown).toEqual([]);
    await expect(answer.end()).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(texts(reader, a)).toEqual(['so ', 'and later']);
  });

  it('a message stream continues after the connections of the writer and the reader have broken', async () => {
    const [a, b] = await kit.friends();
    await using people = new People(kit);
    const agent = await people.online(a, by);
    const reader = await people.online(b, by);
    const answer = await agent.stream(b, { text: 'so ' });
    const words = Array.from({ length: 30 }, (_, i) => `${i} `);
    for (const [i, word] of words.entries()) {
      answer.write(word);
      if (i % 10 === 5) for (const { transport } of [...kit.gateway(0).gateway.connections]) transport.terminate();
      await shows(agent, b, `so ${words.slice(0, i + 1).join('')}`);
    }
    await shows(reader, a, `so ${words.join('')}`);
    await answer.end();
    await waitFor(() => !last(reader, a).streaming);
    expect(texts(reader, a)).toEqual([`so ${words.join('')}`]);
  });
});

it('if a stream has already ended on the server, `end` sends the whole text as an edit', async () => {
  const [a, b] = await kit.friends();
  await using people = new People(kit);
  const [agent, reader] = [await people.online(a), await people.online(b)];
  const answer = await agent.stream(b);
  answer.write('whole');
  await using other = await kit.connect(a, 1, { device: 'other' });
  await other.ask({
    type: 'stream',
    op: 'end',
    ref: randomUUID(),
    chat: b,
    id: answer.id,
    body: { type: 'text', text: 'cut' },
  });
  await answer.end();
  await shows(reader, a, 'whole');
  await answer.end();
  expect(() => answer.write('x'.repeat(8000))).toThrow('at most 8000 characters');
});
