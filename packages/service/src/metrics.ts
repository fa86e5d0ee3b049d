import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

export { Counter, Gauge, Histogram, Registry } from 'prom-client';

/**
 * Creates the metrics of a process: a registry with its version and its own metrics (CPU, memory,
 * event loop lag, garbage collection), prefix `parley_`. Add counters with `new Counter({ ...,
 * registers: [metrics] })`. Every sample has the label `service`.
 */
export function createMetrics(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry, prefix: 'parley_' });
  // These gauges have names of counters. Their sums equal those of the gauges by type.
  for (const what of ['handles', 'requests', 'resources'])
    registry.removeSingleMetric(`parley_nodejs_active_${what}_total`);
  new Gauge({
    name: 'parley_build_info',
    help: 'Always 1. The labels are the versions of Parley and of Node.js.',
    labelNames: ['version', 'node'] as const,
    registers: [registry],
  }).set({ version: PARLEY_VERSION, node: process.versions.node }, 1);
  return registry;
}

/** Adds a gauge without labels. `read` is called when the metrics are collected. */
export function addGauge(registry: Registry, name: string, help: string, read: () => number): void {
  new Gauge({
    ...{ name, help, registers: [registry] },
    collect() {
      this.set(read());
    },
  });
}

/** The bundler replaces this by the version of the release. */
declare global {
  var PARLEY_BUILD_VERSION: string | undefined;
}

const PARLEY_VERSION = globalThis.PARLEY_BUILD_VERSION ?? 'development';
