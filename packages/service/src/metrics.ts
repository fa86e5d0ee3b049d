import { collectDefaultMetrics, Registry } from 'prom-client';

export { Counter, Gauge, Histogram, Registry } from 'prom-client';

/**
 * Makes a process' metrics: a registry that already holds the process' own (CPU, memory, event loop lag, garbage collection) under
 * the prefix `parley_`. Add counters with `new Counter({ ..., registers: [metrics] })`; every sample carries the label `service`.
 */
export function createMetrics(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry, prefix: 'parley_' });
  return registry;
}
