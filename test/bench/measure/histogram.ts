import type { Buckets } from '../systems/system.ts';

/**
 * Reads one histogram from a Prometheus endpoint, summed over all label sets. Throws if the
 * histogram does not exist.
 */
export async function readHistogram(url: string, name: string): Promise<Buckets> {
  const text = await (await fetch(url)).text();
  const counts = new Map<number, number>();
  for (const [, labels = '', value] of text.matchAll(new RegExp(`^${name}_bucket\\{(.*)\\} (\\S+)$`, 'gm'))) {
    const bound = Number(/le="([^"]+)"/.exec(labels)?.[1]?.replace('+Inf', 'Infinity'));
    counts.set(bound, (counts.get(bound) ?? 0) + Number(value));
  }
  if (counts.size === 0) throw new Error(`${url} has no histogram ${name}`);
  return [...counts].map(([bound, count]) => ({ bound, count })).sort((a, b) => a.bound - b.bound);
}

/** Returns the counts by which a histogram grew between two readings. */
export function since(before: Buckets, after: Buckets): Buckets {
  return after.map(({ bound, count }, index) => ({ bound, count: count - (before[index]?.count ?? 0) }));
}

/**
 * Returns the value below which the fraction `q` of all values lies, interpolated within its
 * bucket. NaN without values.
 */
export function bucketQuantile(buckets: Buckets, q: number): number {
  const rank = (buckets.at(-1)?.count ?? 0) * q;
  const index = buckets.findIndex(({ count }) => count >= rank && count > 0);
  const bucket = buckets[index];
  if (!bucket) return Number.NaN;
  const below = buckets[index - 1] ?? { bound: 0, count: 0 };
  if (bucket.bound === Number.POSITIVE_INFINITY) return below.bound;
  return below.bound + ((bucket.bound - below.bound) * (rank - below.count)) / (bucket.count - below.count);
}
