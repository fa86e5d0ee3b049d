import { Histogram, Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { PlainHistogram } from './plain-histogram.ts';

it('PlainHistogram exports the same metrics text as a histogram of prom-client', async () => {
  const [plain, usual] = [new Registry(), new Registry()];
  const options = { name: 'seconds', help: 'Time.', buckets: [0.1, 0.5, 1] };
  const histogram = new PlainHistogram(plain, options);
  const expected = new Histogram({ ...options, registers: [usual] });
  for (const value of [0.05, 0.1, 0.7, 0.7, 3]) {
    histogram.observe(value);
    expected.observe(value);
  }
  expect(await plain.metrics()).toBe(await usual.metrics());
});
