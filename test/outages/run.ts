import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Alert, type Prometheus, type PrometheusTools, root, startPrometheus } from '@parley/stack';
import { parse, stringify } from 'yaml';
import { Installation } from './installation.ts';
import { type Outage, outages } from './outages.ts';

/** Seconds within which a page must fire: for a total outage, and for others. */
export const TOTAL_SECONDS = 60;
export const OTHER_SECONDS = 180;

/** Seconds after the end of an outage within which all pages must stop firing. */
export const QUIET_SECONDS = 180;

/** Seconds for which the next outage waits for pending alerts. */
const SETTLE_SECONDS = 120;

/** Ms between two readings of the alerts. */
const LOOK_MS = 500;

/**
 * Causes each outage in one of several installations that share a Prometheus, and records which
 * pages fire and when they end. In an installation without an outage, no page may fire.
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
    // If an outage causes only a ticket, the ticket counts like a page.
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
  // Waits longer than the limit, so that the table shows by how much the limit was missed.
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
 * Waits for a while until no page is pending. Returns the pages that fire although no part is
 * broken.
 */
async function settled(pages: (state?: Alert['state']) => Promise<Alert[]>): Promise<string[]> {
  const began = performance.now();
  while ((await pages('pending')).length > 0 && performance.now() - began < SETTLE_SECONDS * 1000) await delay(LOOK_MS);
  return (await pages()).map(({ labels }) => labels.alertname ?? '');
}

/** Returns whether the alerts for an outage fired and ended in time. */
export function passed({ outage, impossible, falsePages, named, gone }: Result): boolean {
  if (impossible) return true;
  const limit = outage.total ? TOTAL_SECONDS : OTHER_SECONDS;
  return falsePages?.length === 0 && named !== undefined && named.after <= limit && (gone ?? Infinity) <= QUIET_SECONDS;
}

/** Reads the settings of Prometheus from `deploy/kubernetes/monitoring`. */
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
  /** Number of installations. Each one has one outage at a time. */
  count: number;
  /** Only outages whose name matches this regular expression. */
  only?: string | undefined;
  /** Called with each result. */
  observed(result: Result): void;
}

/** The alerts that fired for an outage. Times in s. */
export interface Result {
  outage: Outage;
  /** Why the outage was not caused. */
  impossible?: string;
  /** Pages that fired before the outage began. */
  falsePages?: string[];
  first?: Page | undefined;
  /** The first page that shows the cause. */
  named?: Page | undefined;
  /** Other pages. */
  others?: string[];
  /** Seconds from the end of the outage until no page fired. */
  gone?: number | undefined;
}

interface Page {
  alert: string;
  severity: string;
  summary: string;
  /** Seconds from the beginning of the outage. */
  after: number;
}
