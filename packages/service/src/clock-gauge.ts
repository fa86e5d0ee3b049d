import type { Registry } from 'prom-client';
import { Gauge } from './metrics.ts';

/** Ms between two readings of the clocks. */
const INTERVAL_MS = 10_000;

/**
 * Maximum ms that a server can take to reply. A later reply is ignored, because the measured
 * difference of the clocks would be too inaccurate.
 */
const MAX_REPLY_MS = 500;

/**
 * Exports the metric `parley_clock_offset_seconds{dependency}`: by how many seconds the clock of a
 * server is ahead of this machine's clock. Keeps the last value while the server does not respond.
 * Returns a function that stops the readings.
 *
 * @param clocks functions that return the time of each server in Unix ms
 */
export function watchClocks(metrics: Registry, clocks: Readonly<Record<string, () => Promise<number>>>): () => void {
  const gauge = new Gauge({
    name: 'parley_clock_offset_seconds',
    help: 'By how much the clock of a server is ahead of the clock of this machine.',
    labelNames: ['dependency'] as const,
    registers: [metrics],
  });
  const reading = new Set<string>();
  const read = async (dependency: string, clock: () => Promise<number>) => {
    if (reading.has(dependency)) return;
    reading.add(dependency);
    const [sent, start] = [Date.now(), performance.now()];
    const theirs = await clock().finally(() => reading.delete(dependency));
    const took = performance.now() - start;
    if (took <= MAX_REPLY_MS) gauge.set({ dependency }, (theirs - sent - took / 2) / 1000);
  };
  const readAll = () => {
    for (const [dependency, clock] of Object.entries(clocks)) read(dependency, clock).catch(() => {});
  };
  readAll();
  const timer = setInterval(readAll, INTERVAL_MS).unref();
  return () => clearInterval(timer);
}
