import { Gauge, type Registry } from 'prom-client';
import { checkServers } from './health.ts';

/** Ms between two checks. */
const INTERVAL_MS = 5000;

/**
 * Exports `parley_dependency_up{dependency}`: 1 if the server responded to the last check, 0 if
 * not. Checks every 5 s, so that the metric is right even if `/readyz` is never requested. Returns
 * a function that ends the checks.
 */
export function watchDependencies(
  metrics: Registry,
  servers: Readonly<Record<string, () => Promise<unknown>>>,
): () => void {
  const gauge = new Gauge({
    name: 'parley_dependency_up',
    help: '1 if the server responded to the last check, 0 if not.',
    labelNames: ['dependency'],
    registers: [metrics],
  });
  const check = () => {
    for (const [dependency, ping] of Object.entries(servers)) {
      checkServers({ [dependency]: ping }).then((reasons) => gauge.set({ dependency }, reasons.length === 0 ? 1 : 0));
    }
  };
  check();
  const timer = setInterval(check, INTERVAL_MS).unref();
  return () => clearInterval(timer);
}
