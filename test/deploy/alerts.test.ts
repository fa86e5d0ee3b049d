import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findPrometheus, root, temporaryFolder } from '@parley/stack';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { type AlertCase, alertCases, type Series } from './alert-cases.ts';

const run = promisify(execFile);
const tools = await findPrometheus((line) => console.warn(`Tests of alerts: ${line}`));
const { spec } = parse(await readFile(join(root, 'deploy/kubernetes/monitoring/alerts.yaml'), 'utf8')) as Rules;
const rules = spec.groups.flatMap((group) => group.rules);

describe('alerts', () => {
  it('every alert has test cases', () => {
    const tested = new Set(alertCases.map(({ alert }) => alert));
    expect([...tested].toSorted()).toEqual(rules.map(({ alert }) => alert).toSorted());
  });

  it('every alert has a severity, a runbook and a summary', () => {
    for (const { labels, annotations, alert } of rules) {
      expect(['page', 'ticket']).toContain(labels.severity);
      expect(annotations.runbook_url).toMatch(new RegExp(`#${alert.toLowerCase()}$`));
      expect(annotations.summary).toMatch(/\.$/);
    }
  });

  it('every alert about a total outage pages an operator within a minute', () => {
    const total = ['GatewaysDown', 'ApisDown', 'RecordersDown', 'PostgresDown', 'RedisDown', 'StoresDisagree'];
    for (const name of total) {
      const rule = rules.find(({ alert }) => alert === `Parley${name}`);
      // A scrape every 10 s with a timeout of 5 s, and an evaluation every 15 s, add to this.
      expect(Number.parseInt(rule?.for ?? '', 10)).toBeLessThanOrEqual(30);
      expect(rule?.labels.severity).toBe('page');
    }
  });

  it.skipIf(!tools)(
    'each alert fires in its failing state and stays silent in a similar, harmless state',
    { timeout: 120_000 },
    async () => {
      const folder = await temporaryFolder('alerts');
      try {
        // Writes one file per rule, because each test evaluates all rules of its file.
        const files = rules.map(async (rule) => {
          const { alert } = rule;
          const group = { name: 'parley', interval: '15s', rules: [rule] };
          await writeFile(join(folder.path, `${alert}.rules.yaml`), stringify({ groups: [group] }));
          const tests = alertCases
            .filter((each) => each.alert === alert)
            .flatMap((each) => [promtoolTest(each, true), promtoolTest(each, false)]);
          const file = { rule_files: [`${alert}.rules.yaml`], evaluation_interval: '15s', tests };
          const path = join(folder.path, `${alert}.tests.yaml`);
          await writeFile(path, stringify(file));
          return path;
        });
        const { stdout } = await run(tools?.promtool ?? '', ['test', 'rules', ...(await Promise.all(files))]).catch(
          (error: { stdout: string; stderr: string }) => ({ stdout: error.stdout + error.stderr }),
        );
        expect(stdout.match(/SUCCESS/g), stdout).toHaveLength(rules.length);
      } finally {
        await folder.remove();
      }
    },
  );
});

function promtoolTest({ alert, within, firing, quiet }: AlertCase, fires: boolean): object {
  const rule = rules.find((each) => each.alert === alert) as Rule;
  return {
    name: `${alert} ${fires ? 'fires' : 'stays silent'}`,
    interval: '10s',
    input_series: inputOf(fires ? firing : quiet),
    promql_expr_test: [
      {
        // `> bool 0` is needed because an alert may fire for several pods.
        expr: `(count(ALERTS{alertname="${alert}",alertstate="firing",severity="${rule.labels.severity}"}) > bool 0) or vector(0)`,
        eval_time: within,
        exp_samples: [{ labels: '{}', value: fires ? 1 : 0 }],
      },
    ],
  };
}

function inputOf(series: Series): object[] {
  return Object.entries(series).map(([name, values]) => ({ series: name, values }));
}

interface Rules {
  spec: { groups: { rules: Rule[] }[] };
}

interface Rule {
  alert: string;
  for: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string; runbook_url: string };
}
