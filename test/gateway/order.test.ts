import type { EventOf } from '@parley/protocol';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from './client.ts';
import { expectGapless } from './expect-gapless.ts';
import { Kit } from './kit.ts';

let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start(2);
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

/**
 * Index of each device's user. Users 0 and 1 have two devices, on different gateways. The others
 * have one.
 */
const owners = [0, 1, 2, 3, 0, 1];

describe('order', () => {
  const send = fc.record({ device: fc.nat(owners.length - 1), to: fc.integer({ min: 1, max: 3 }) });

  it('concurrent messages reach each device once, and all devices receive a conversation in the same order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(send, { minLength: 60, maxLength: 160 }), async (sends) => {
        const users = await kit.circle(4);
        const receiverOf = ({ device, to }: (typeof sends)[number]) => ((owners[device] as number) + to) % 4;
        const clients = await Promise.all(
          owners.map((owner, i) => kit.connect(users[owner] as number, (i + (i >> 2)) % 2, { device: `d${i}` })),
        );
        await Promise.all(
          clients.flatMap((client, device) =>
            [0, 1, 2, 3].map((receiver) => {
              const own = sends.map((each, n) => ({ ...each, n })).filter((each) => each.device === device);
              const texts = own.filter((each) => receiverOf(each) === receiver).map(({ n }) => `${device}/${n}`);
              return client.texts(users[receiver] as number, texts, { window: 8 });
            }),
          ),
        );
        const copies = new Map<string, string>();
        for (const [i, client] of clients.entries()) {
          const owner = owners[i] as number;
          const mine = sends.filter((each) => owners[each.device] === owner || receiverOf(each) === owner);
          await client.untilEvents(mine.length);
          await client.settled();
          expect(client.events).toHaveLength(mine.length);
          expectGapless(client);
          for (const [conversation, messages] of conversationsOf(client)) {
            expectAscending(messages.map(({ id }) => id));
            for (const device of owners.keys()) expectAscending(sentBy(device, messages));
            const copy = messages.map(({ id, from, body }) => `${id} ${from} ${JSON.stringify(body)}`);
            const other = copies.get(conversation);
            if (other) expect(copy.join('\n')).toBe(other);
            copies.set(conversation, copy.join('\n'));
          }
        }
        await Promise.all(clients.map((client) => client.close()));
      }),
      { numRuns: 6, interruptAfterTimeLimit: 12_000, markInterruptAsFailure: false },
    );
  });
});

function conversationsOf(client: Client): Map<string, EventOf<'message'>[]> {
  const conversations = new Map<string, EventOf<'message'>[]>();
  for (const { event } of client.events) {
    if (event.kind !== 'message') continue;
    const messages = conversations.get(event.conversation);
    if (messages) messages.push(event);
    else conversations.set(event.conversation, [event]);
  }
  return conversations;
}

/** Returns the numbers of a device's messages, in the order in which its connection sent them. */
function sentBy(device: number, messages: EventOf<'message'>[]): number[] {
  const texts = messages.map(({ body }) => (body.type === 'text' ? body.text.split('/') : []));
  return texts.filter(([by]) => by === String(device)).map(([, number]) => Number(number));
}

function expectAscending(numbers: number[]): void {
  expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
}
