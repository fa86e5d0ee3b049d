import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kit } from '../gateway/kit.ts';
import { Network } from './network.ts';
import { listen, People, textOf } from './people.ts';

let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start(1);
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

const behind = () => Network.open(() => Number(new URL(kit.gateway().http).port));
const webSockets = /^upgrade: websocket/im;
const webSocketsAndStreams = /^upgrade: websocket|^GET \/v1\/events/im;

describe('transport fallback', () => {
  it.each([
    ['server-sent events where WebSockets are blocked', webSockets, 'sse'],
    ['long polling where event streams are blocked too', webSocketsAndStreams, 'poll'],
  ] as const)(
    'a client that had to use %s returns to WebSocket and neither loses nor duplicates a message',
    async (_title, blocked, transport) => {
      const [a, b] = await kit.friends();
      await using network = await behind();
      network.blocked = blocked;
      await using people = new People(kit);
      const alice = await people.online(a);
      const bob = await people.online(b, { gateways: [network.url], betterAfter: 50 });
      expect(bob.status.transport).toBe(transport);
      const heard = listen(bob);
      const expected: string[] = [];
      let there = 0;
      const talk = async () => {
        for (let i = 0; i < 5; i += 1) {
          expected.push(`m${expected.length}`);
          await alice.send(b, expected.at(-1) as string);
          there += 1;
          await bob.send(a, `answer ${there}`);
        }
      };
      await talk();
      network.blocked = undefined;
      while (bob.status.transport !== 'websocket') await talk();
      await talk();
      await waitFor(() => heard.filter(({ mine }) => !mine).length === expected.length);
      expect(heard.filter(({ mine }) => !mine).map(textOf)).toEqual(expected);
      expect(heard.filter(({ mine }) => mine)).toHaveLength(there);
      expect(alice.messages(b).length).toBe(Math.min(100, expected.length + there));
    },
  );

  it('a client over long polling has at most one poll in flight', async () => {
    const [a, b] = await kit.friends();
    let polling = 0;
    let most = 0;
    const counting: typeof fetch = async (input, init) => {
      if (!String(input).includes('/v1/poll')) return fetch(input, init);
      polling += 1;
      most = Math.max(most, polling);
      try {
        return await fetch(input, init);
      } finally {
        polling -= 1;
      }
    };
    await using people = new People(kit);
    const alice = await people.online(a);
    const heard = listen(await people.online(b, { transports: ['poll'], fetch: counting }));
    await Promise.all(Array.from({ length: 30 }, (_, i) => alice.send(b, `m${i}`)));
    await waitFor(() => heard.length === 30);
    expect(most).toBe(1);
  });

  it('a client returns to its preferred transport after the server was unreachable', async () => {
    const [a] = await kit.friends();
    await using network = await behind();
    network.dead = true;
    await using people = new People(kit);
    const alice = await people.start(a, { gateways: [network.url], betterAfter: 50 });
    await waitFor(() => alice.status.state === 'waiting');
    network.dead = false;
    await waitFor(() => alice.status.transport === 'websocket' && alice.status.state === 'online');
  });

  it.each(['sse', 'poll'] as const)(
    'a client over %s recovers when a posted frame gets no reply',
    async (transport) => {
      const [a, b] = await kit.friends();
      let swallowed = 0;
      const forgetful: typeof fetch = (input, init) => {
        if (init?.method !== 'POST' || swallowed > 0 || !String(init.body).includes('"send"'))
          return fetch(input, init);
        swallowed += 1;
        // Aborted requests stay open on the server.
        return new Promise(() => {});
      };
      await using people = new People(kit);
      const heard = listen(await people.online(b));
      const alice = await people.online(a, { transports: [transport], fetch: forgetful });
      await Promise.all([alice.send(b, 'first'), alice.send(b, 'second')]);
      expect(swallowed).toBe(1);
      await waitFor(() => heard.length === 2);
      expect(heard.map(textOf)).toEqual(['first', 'second']);
    },
  );

  it('a client without a WebSocket implementation uses server-sent events', async () => {
    const [a, b] = await kit.friends();
    await using people = new People(kit);
    const alice = await people.online(a, { WebSocket: null });
    expect(alice.status.transport).toBe('sse');
    await alice.send(b, 'hello');
  });
});
