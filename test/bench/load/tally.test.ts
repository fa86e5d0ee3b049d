import { expect, it } from 'vitest';
import { Tally } from './tally.ts';

it('a tally counts deliveries and refusals by second, and the range of retryAfter', () => {
  const tally = new Tally();
  const began = performance.now() - 3000;
  for (let i = 0; i < 10; i += 1) tally.deliver(began + 100 + i);
  tally.refuse(began + 2500, 1200);
  tally.refuse(began + 2600, 2900);
  tally.refuse(began + 2700, undefined);
  expect(tally.bySecond(began)).toMatchObject([
    { delivered: 10, refused: 0 },
    { delivered: 0, refused: 0 },
    { delivered: 0, refused: 3 },
  ]);
  expect(tally.bySecond(began)[0]?.p50).toBeGreaterThan(2800);
  expect(tally).toMatchObject({ refused: 3, retryAfter: { least: 1200, most: 2900, unsaid: 1 } });
});
