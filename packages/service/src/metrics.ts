import { collectDefaultMetrics, Registry } from 'prom-client';

export { Counter, Gauge, Histogram, Registry } from 'prom-client';

/**
 * Creates the metrics of a process: a registry with the process' own metrics (CPU, memory, event
 * loop lag, garbage collection), prefix `parley_`. Add counters with `new Counter({ ..., registers:
 * [metrics] })`. Every sample has the label `service`.
 */
export function createMetrics(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry, prefix: 'parley_' });
  return registry;
}
