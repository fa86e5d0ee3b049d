import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Alert, type Prometheus, type PrometheusTools, root, startPrometheus } from '@parley/stack';
import { parse, stringify } from 'yaml';
import { Installation } from './installation.ts';
import { type Outage, outages } from './outages.ts';

/**
 * Seconds after the beginning of an outage within which a page must fire: `TOTAL_SECONDS` for a
 * total outage, `OTHER_SECONDS` for any other.
 */
export const TOTAL_SECONDS = 60;
export const OTHER_SECONDS = 180;

/** Seconds after the end of an outage within which all pages must have stopped firing. */
export const QUIET_SECONDS = 180;

/** Maximum seconds to wait before an outage until no alert is pending from the previous one. */
const SETTLE_SECONDS = 120;

/** Ms between two readings of the alerts. */
const LOOK_MS = 500;

/**
 * Causes all outages, distributed over several installations that share one Prometheus. Records
 * which pages fire and when they stop. A page that fires in an installation without an outage is a
 * failure.
 */
export async function runOutages(tools: PrometheusTools, { count, only, observed }: RunOptions): Promise<Result[]> {
  const waiting = outages.filter(({ name }) => only === undefined || new RegExp(only).test(name));
  const installations: Installation[] = [];
  const refresh = () => prometheus.setTargets(installations.flatMap(({ targets }) => targets));
  await using prometheus = await startPrometheus(tools, await settings());
  try {
    for (let i = 1; i <= Math.min(count, waiting.length); i += 1)
      installations.push(await Installation.start(`chat-${i}`, refresh));
    await refresh();
    const results: Result[] = [];
    await Promise.all(
      installations.map(async (system) => {
        for (let next = waiting.shift(); next; next = waiting.shift()) {
          const result = await observe(prometheus, system, next);
          observed(result);
          results.push(result);
        }
      }),
    );
    return results.sort((a, b) => outages.indexOf(a.outage) - outages.indexOf(b.outage));
  } finally {
    await Promise.all(installations.map((system) => system.stop()));
  }
}

async function observe(prometheus: Prometheus, system: Installation, outage: Outage): Promise<Result> {
  const impossible = outage.impossible?.(system);
  if (impossible) return { outage, impossible };
  const { namespace } = system;
  const pages = async (state: Alert['state'] = 'firing') => {
    const alerts = (await prometheus.alerts()).filter(({ labels }) => labels.namespace === namespace);
    // Counts a ticket like a page if the outage is expected to cause this ticket.
    const counts = ({ severity, alertname = '' }: Alert['labels']) =>
      severity === 'page' || outage.alerts.includes(alertname);
    return alerts.filter((alert) => alert.state === state && counts(alert.labels));
  };
  const falsePages = await settled(pages);
  const began = performance.now();
  const since = (start: number) => Math.round((performance.now() - start) / 1000);
  const end = await outage.strike(system);
  const seen = new Map<string, Page>();
  const look = async () => {
    const firing = await pages();
    for (const { labels, annotations } of firing) {
      const { alertname: alert = '' } = labels;
      if (!seen.has(alert))
        seen.set(alert, {
          alert,
          summary: annotations.summary ?? '',
          severity: labels.severity ?? '',
          after: since(began),
        });
    }
    return firing.length;
  };
  const named = () => outage.alerts.map((alert) => seen.get(alert)).find((page) => page !== undefined);
  const limit = outage.total ? TOTAL_SECONDS : OTHER_SECONDS;
  // Waits longer than the limit, so that the result shows by how much an alert missed it.
  for (; !named() && since(began) < limit + TOTAL_SECONDS; await delay(LOOK_MS)) await look();
  await end();
  const ended = performance.now();
  let gone: number | undefined;
  for (; gone === undefined && since(ended) < 2 * QUIET_SECONDS; await delay(LOOK_MS))
    if ((await look()) === 0) gone = since(ended);
  const [first] = seen.values();
  const others = [...seen.keys()].filter((alert) => !outage.alerts.includes(alert));
  return { outage, falsePages, first, named: named(), others, gone };
}

/**
 * Waits until no page is pending, at most `SETTLE_SECONDS`. Returns the pages that fire although no
 * outage is in progress.
 */
async function settled(pages: (state?: Alert['state']) => Promise<Alert[]>): Promise<string[]> {
  const began = performance.now();
  while ((await pages('pending')).length > 0 && performance.now() - began < SETTLE_SECONDS * 1000) await delay(LOOK_MS);
  return (await pages()).map(({ labels }) => labels.alertname ?? '');
}

/**
 * Returns whether the alerts for an outage fired and stopped in time, and no page fired before it.
 */
export function passed({ outage, impossible, falsePages, named, gone }: Result): boolean {
  if (impossible) return true;
  const limit = outage.total ? TOTAL_SECONDS : OTHER_SECONDS;
  return falsePages?.length === 0 && named !== undefined && named.after <= limit && (gone ?? Infinity) <= QUIET_SECONDS;
}

/** Returns the settings of Prometheus, taken from `deploy/kubernetes/monitoring`. */
async function settings() {
  const folder = join(root, 'deploy/kubernetes/monitoring');
  const read = async (file: string) => parse(await readFile(join(folder, file), 'utf8'));
  const [alerts, monitor] = [await read('alerts.yaml'), await read('service-monitor.yaml')];
  const { interval, scrapeTimeout, honorLabels } = monitor.spec.endpoints[0] as MonitorEndpoint;
  return { rules: stringify(alerts.spec), targets: [], interval, timeout: scrapeTimeout, honorLabels };
}

interface MonitorEndpoint {
  interval: string;
  scrapeTimeout: string;
  honorLabels: boolean;
}

export interface RunOptions {
  /** Number of installations. Each one has at most one outage at a time. */
  count: number;
  /** Causes only outages whose name matches this regular expression. Default: all outages. */
  only?: string | undefined;
  /** Called with the result of each outage. */
  observed(result: Result): void;
}

/** Result of one outage: the alerts that fired. Times are in seconds. */
export interface Result {
  outage: Outage;
  /** Why this machine cannot cause the outage. Undefined if it was caused. */
  impossible?: string;
  /** Pages that fired although the outage had not begun yet. */
  falsePages?: string[];
  first?: Page | undefined;
  /** The first page that fired of those that show the cause. */
  named?: Page | undefined;
  /** Other pages. */
  others?: string[];
  /** Seconds from the end of the outage until no page fired any more. */
  gone?: number | undefined;
}

interface Page {
  alert: string;
  severity: string;
  summary: string;
  /** Seconds from the beginning of the outage until the page fired. */
  after: number;
}
