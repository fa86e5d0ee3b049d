import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import { Child } from '../process/child.ts';
import { temporaryFolder } from '../process/folder.ts';
import type { PrometheusTools } from './find.ts';

/**
 * Starts a Prometheus that scrapes `targets` and evaluates `rules`. Resolves when it accepts
 * requests. Rules are evaluated every 30 s unless their group sets an interval, as with the
 * Prometheus Operator.
 */
export async function startPrometheus(tools: PrometheusTools, options: PrometheusOptions): Promise<Prometheus> {
  const { rules, targets, interval, timeout, honorLabels = false } = options;
  const folder = await temporaryFolder('prometheus');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const setTargets = async (current: readonly PrometheusTarget[]) => {
    const file = join(folder.path, 'targets.json');
    const groups = current.map(({ address, ...labels }) => ({ targets: [address], labels }));
    await writeFile(`${file}.new`, JSON.stringify(groups));
    await rename(`${file}.new`, file);
  };
  await setTargets(targets);
  await writeFile(join(folder.path, 'rules.json'), rules);
  const scrape = {
    job_name: 'parley',
    honor_labels: honorLabels,
    file_sd_configs: [{ files: ['targets.json'], refresh_interval: '1s' }],
  };
  const config = {
    global: { scrape_interval: interval, scrape_timeout: timeout, evaluation_interval: '30s' },
    rule_files: ['rules.json'],
    scrape_configs: [scrape],
  };
  // Writes the configuration as JSON, which is also valid YAML.
  await writeFile(join(folder.path, 'prometheus.yml'), JSON.stringify(config));
  const child = new Child({
    command: tools.prometheus,
    args: [
      ...['--config.file=prometheus.yml', '--storage.tsdb.path=data', `--web.listen-address=127.0.0.1:${port}`],
      '--log.level=warn',
    ],
    cwd: folder.path,
  });
  const stop = async () => {
    await child.stop();
    await folder.remove();
  };
  const read = async (path: string): Promise<unknown> => {
    const response = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(5000) });
    return ((await response.json()) as { data: unknown }).data;
  };
  try {
    await child.ready(async () => (await fetch(`${url}/-/ready`)).ok, 30_000);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    setTargets,
    alerts: async () => ((await read('/api/v1/alerts')) as { alerts: Alert[] }).alerts,
    query: async (expression) => {
      const data = await read(`/api/v1/query?query=${encodeURIComponent(expression)}`);
      return (data as { result: Sample[] }).result;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

export interface PrometheusOptions {
  /** Content of a file with alerting rules. */
  rules: string;
  targets: readonly PrometheusTarget[];
  /** Interval and timeout of scrapes, such as `10s`. */
  interval: string;
  timeout: string;
  /**
   * Whether labels of scraped samples win over labels of the target with the same name. Default:
   * false.
   */
  honorLabels?: boolean;
}

/** A process from which Prometheus scrapes metrics, with the labels of its samples. */
export interface PrometheusTarget {
  /** `host:port` */
  address: string;
  namespace: string;
  job: string;
  pod: string;
  /** Labels that the Prometheus Operator sets: the Kubernetes Service and the name of its port. */
  service: string;
  endpoint: string;
}

/** A Prometheus that runs on this machine. It ends when this process ends. */
export interface Prometheus extends AsyncDisposable {
  readonly url: string;
  /** Replaces the list of processes to scrape. */
  setTargets(targets: readonly PrometheusTarget[]): Promise<void>;
  /** Returns the alerts that are pending or firing. */
  alerts(): Promise<Alert[]>;
  /** Returns the samples that an instant query selects. */
  query(expression: string): Promise<Sample[]>;
  stop(): Promise<void>;
}

export interface Alert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  state: 'pending' | 'firing';
}

export interface Sample {
  metric: Record<string, string>;
  value: [number, string];
}
