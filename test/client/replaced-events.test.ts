import type { TransportName } from '@parley/client';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kit } from '../gateway/kit.ts';
import { Network } from './network.ts';
import { People, untilShown } from './people.ts';

let kit: Kit;
let network: Network;
beforeAll(async () => {
  kit = await Kit.start(1);
  network = await Network.open(() => Number(new URL(kit.gateway(0).http).port));
});
afterAll(async () => {
  await network?.[Symbol.asyncDispose]();
  await kit?.[Symbol.asyncDispose]();
});

describe.each<TransportName>(['websocket', 'sse', 'poll'])('over %s', (transport) => {
  it('a client that missed events, some of which newer events have replaced, catches up over one connection', async () => {
    const [a, b] = await kit.friends();
    await using people = new People(kit);
    const alice = await people.online(a);
    const bob = await people.online(b, { gateways: [network.url], transports: [transport] });
    await alice.send(b, 'before');
    await untilShown(bob, a, ['before']);
    network.dead = true;
    network.cut();
    await waitFor(() => bob.status.state === 'waiting');
    const { id } = await alice.send(b, 'first');
    await alice.edit(b, id ?? 0, { type: 'text', text: 'first, edited' });
    await alice.edit(b, id ?? 0, { type: 'text', text: 'first, edited twice' });
    await alice.send(b, 'second');
    const states: string[] = [];
    bob.on('status', ({ state }) => states.push(state));
    network.dead = false;
    await untilShown(bob, a, ['before', 'first, edited twice', 'second']);
    await waitFor(() => bob.status.state === 'online');
    await alice.send(b, 'live');
    await untilShown(bob, a, ['before', 'first, edited twice', 'second', 'live']);
    expect(states.filter((state) => state === 'online')).toHaveLength(1);
  });
});
