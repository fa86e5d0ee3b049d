import { afterAll, beforeAll, expect, it } from 'vitest';
import { readMetric } from '../balancer/metrics.ts';
import { Kit } from './kit.ts';

let kit: Kit;
beforeAll(async () => {
  // Gateways also receive probes, so the interval is so long that none arrives during the test.
  kit = await Kit.start(4, { probeInterval: 60_000 });
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

const heard = () => Promise.all(kit.gateways.map(({ http }) => readMetric(http, 'parley_channel_messages_total')));

it('the gateway of the sender publishes a message only once to each gateway that has connections of a participant', async () => {
  const [a, b] = await kit.friends();
  await using alice = await kit.connect(a, 0);
  await using bob = await kit.connect(b, 1);
  await using tablet = await kit.connect(b, 1, { device: 'tablet' });
  await alice.settled();
  const before = await heard();
  await alice.texts(
    b,
    Array.from({ length: 30 }, (_, i) => `m${i}`),
  );
  for (const client of [alice, bob, tablet]) await client.untilEvents(30);
  const after = await heard();
  expect(after.map((count, i) => count - (before[i] as number))).toEqual([30, 30, 0, 0]);
});
