import type { TransportName } from '@parley/client';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kit } from '../gateway/kit.ts';
import { Network } from './network.ts';
import { listen, People, textOf, texts } from './people.ts';

let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start(2, { sessionPolicy: 'single' });
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

const transports: TransportName[] = ['websocket', 'sse', 'poll'];

describe('SESSION_POLICY=single', () => {
  it.each(transports)(
    'with SESSION_POLICY=single, a client over %s whose session was replaced reconnects only if the app requests it',
    async (transport) => {
      const [a, b] = await kit.friends();
      await using people = new People(kit);
      const as = (session: string) => ({ transports: [transport], token: () => kit.token(a, { session }) });
      const first = await people.online(a, as('first'));
      const states: string[] = [];
      first.on('status', ({ state }) => states.push(state));
      const second = await people.online(a, { ...as('second'), gateways: [kit.gateway(1).http] });
      await waitFor(() => first.status.state === 'ended');
      expect(states).toEqual(['ended']);
      const waiting = first.send(b, 'written while away');
      await second.send(b, 'from the second');
      await first.connect();
      await expect(waiting).resolves.toMatchObject({ id: expect.any(Number) });
      await waitFor(() => second.status.state === 'ended');
      expect(texts(first, b)).toEqual(['from the second', 'written while away']);
    },
  );

  it('with SESSION_POLICY=single, a client can return to its preferred transport', async () => {
    const [a, b] = await kit.friends();
    await using network = await Network.open(() => Number(new URL(kit.gateway().http).port));
    network.blocked = /^upgrade: websocket|^GET \/v1\/events/im;
    await using people = new People(kit);
    const alice = await people.online(a, { gateways: [network.url], betterAfter: 50 });
    const bob = await people.online(b);
    expect(alice.status.transport).toBe('poll');
    const heard = listen(alice);
    network.blocked = undefined;
    let written = 0;
    while (alice.status.transport !== 'websocket' || alice.status.state !== 'online') {
      written += 1;
      await bob.send(a, `m${written}`);
    }
    await waitFor(() => heard.length === written, {
      message: () => JSON.stringify([written, heard.map(textOf), alice.status]),
    });
    expect(heard.map(textOf)).toEqual(heard.map((_, i) => `m${i + 1}`));
  });
});
