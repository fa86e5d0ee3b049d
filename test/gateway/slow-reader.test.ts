import type { Connection } from '@parley/gateway';
import { parseCursor } from '@parley/protocol';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from './client.ts';
import { expectGapless } from './expect-gapless.ts';
import { Kit } from './kit.ts';

const maxUnsent = 64 * 1024;

let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start(1, { maxUnsent });
  await kit.addGateway({ maxUnsent, stallTime: 1000 });
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

/** Returns the gateway's connection of a client. */
const connectionOf = async (client: Client) => {
  const { connection } = await client.welcome();
  const all = kit.gateways.flatMap(({ gateway }) => [...gateway.connections]);
  const found = all.find(({ id }) => id === connection);
  if (!found) throw new Error('not connected');
  return found;
};

/** Large texts that together exceed the buffers of a socket. */
const large = Array.from({ length: 400 }, (_, i) => `${i} ${'长'.repeat(7990)}`);

/**
 * Sends texts from Alice until the gateway stops writing to a client that does not read, and at
 * least `least` texts. Resolves with their number.
 */
async function sendUntilStalled(alice: Client, to: number, connection: Connection, least = 0): Promise<number> {
  for (const [i, text] of large.entries()) {
    await alice.text(to, String(i), text);
    if (connection.stalled && i + 1 >= least) return i + 1;
  }
  throw new Error('the socket took everything');
}

describe('clients that do not read', () => {
  it('a client that stops reading delays no other client and uses bounded memory; when it reads again, it catches up', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a, 0, { cursor: 'latest' });
    await using slow = await kit.connect(b, 0, { device: 'slow' });
    await using quick = await kit.connect(b, 0, { device: 'quick' });
    const connection = await connectionOf(slow);
    slow.socket.pause();
    let most = 0;
    const watching = setInterval(() => {
      most = Math.max(most, connection.transport.unsent());
    }, 1);
    const count = await sendUntilStalled(alice, b, connection, 200);
    clearInterval(watching);
    await quick.untilEvents(count);
    expect(most).toBeLessThan(maxUnsent + 100 * 24_100);
    slow.socket.resume();
    await slow.untilEvents(count);
    await slow.settled();
    expect(slow.heard).toEqual(large.slice(0, count));
    expect(slow.closed).toBeUndefined();
    expectGapless(slow);
    await alice.text(b, 'live again');
    await slow.untilEvents(count + 1);
  });

  it('the gateway closes a client that stops reading for too long with 4008; the client then resumes at its cursor', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a, 0, { cursor: 'latest' });
    await using slow = await kit.connect(b, 1, { device: 'slow' });
    const connection = await connectionOf(slow);
    slow.socket.pause();
    const count = await sendUntilStalled(alice, b, connection);
    await waitFor(() => connection.closed);
    expect(kit.gateway(1).gateway.hub.find(b)?.connections).toEqual([]);
    slow.socket.resume();
    expect(await slow.untilClosed()).toEqual({ code: 4008, reason: 'no progress' });
    expectGapless(slow);
    await using again = await kit.connect(b, 0, { cursor: slow.cursor });
    await again.untilEvents(count - slow.events.length);
    expect([...slow.heard, ...again.heard]).toEqual(large.slice(0, count));
    expect(parseCursor(again.cursor)?.offset).toBe(count);
  });
});
