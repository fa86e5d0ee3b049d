import { Gauge, type Registry } from 'prom-client';
import { checkServers } from './health.ts';
import type { Log } from './log.ts';

/** Ms between two checks of the servers. */
const INTERVAL_MS = 5000;

/**
 * Display names of servers whose changes of state are logged. The state of other servers is not
 * logged.
 */
const names: Readonly<Record<string, string>> = { redis: 'Redis', postgresql: 'PostgreSQL' };

/**
 * Exports the metric `parley_dependency_up{dependency}`: 1 if the server responded to the last
 * check, otherwise 0. Checks every 5 s, so that the metric is correct even if nobody requests
 * `/readyz`. Logs when a server stops responding and when it responds again. Returns a function
 * that stops the checks.
 */
export function watchDependencies(
  metrics: Registry,
  servers: Readonly<Record<string, () => Promise<unknown>>>,
  log: Pick<Log, 'error' | 'warn'>,
): () => void {
  const gauge = new Gauge({
    name: 'parley_dependency_up',
    help: '1 if the server responded to the last check, 0 if not.',
    labelNames: ['dependency'],
    registers: [metrics],
  });
  const downSince = new Map<string, number>();
  const report = (dependency: string, reason: string | undefined) => {
    gauge.set({ dependency }, reason === undefined ? 1 : 0);
    if (names[dependency] === undefined) return;
    const since = downSince.get(dependency);
    if (reason !== undefined && since === undefined) {
      downSince.set(dependency, performance.now());
      log.error({ dependency, reason }, 'dependency unavailable');
    } else if (reason === undefined && since !== undefined) {
      downSince.delete(dependency);
      log.warn({ dependency, seconds: Math.round((performance.now() - since) / 1000) }, 'dependency available again');
    }
  };
  const check = () => {
    for (const [dependency, ping] of Object.entries(servers))
      checkServers({ [names[dependency] ?? dependency]: ping }).then(([reason]) => report(dependency, reason));
  };
  check();
  const timer = setInterval(check, INTERVAL_MS).unref();
  return () => clearInterval(timer);
}
