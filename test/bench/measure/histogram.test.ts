import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMetrics, Histogram } from '@parley/service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucketQuantile, readHistogram, since } from './histogram.ts';

const metrics = createMetrics('test');
const lag = new Histogram({ name: 'lag_seconds', help: 'Lag', buckets: [0.1, 0.2, 0.4], registers: [metrics] });
const server = createServer(async (_, response) => response.end(await metrics.metrics()));
let url = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
});

describe('histograms', () => {
  it('since and bucketQuantile compute quantiles of the values between two readings', async () => {
    for (let n = 0; n < 50; n++) lag.observe(0.3);
    const before = await readHistogram(url, 'lag_seconds');
    for (let n = 0; n < 100; n++) lag.observe(0.15);
    const counted = since(before, await readHistogram(url, 'lag_seconds'));
    expect(counted.map(({ count }) => count)).toEqual([0, 100, 100, 100]);
    expect(bucketQuantile(counted, 0.5)).toBeCloseTo(0.15);
    expect(bucketQuantile(counted, 0.99)).toBeCloseTo(0.199);
  });

  it('bucketQuantile returns the last finite bound for a quantile above it', async () => {
    lag.observe(9);
    const all = await readHistogram(url, 'lag_seconds');
    expect(bucketQuantile(all, 1)).toBe(0.4);
  });

  it('bucketQuantile returns NaN without values', async () => {
    const reading = await readHistogram(url, 'lag_seconds');
    expect(bucketQuantile(since(reading, reading), 0.5)).toBeNaN();
  });

  it('readHistogram throws for a histogram that does not exist', async () => {
    await expect(readHistogram(url, 'other_seconds')).rejects.toThrow('has no histogram other_seconds');
  });
});
