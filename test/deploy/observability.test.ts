import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPrometheus, type Stack, startStack, startTestRedis, type TestRedis, waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { Pair } from '../containers/pair.ts';
import { Collector } from './collector.ts';
import { kubernetes } from './kustomize.ts';

const tools = await findPrometheus((line) => console.warn(`Check of metrics: ${line}`));
const apiKey = 'key-of-the-product-long-enough-for-anything';
let collector: Collector;
let folder: string;
let redis: TestRedis;
let stack: Stack;
let pair: Pair;
beforeAll(async () => {
  collector = await Collector.start();
  const OTEL_EXPORTER_OTLP_ENDPOINT = collector.url;
  const traces = {
    OTEL_EXPORTER_OTLP_ENDPOINT,
    OTEL_TRACES_SAMPLER_ARG: '1',
    OTEL_EXPORTER_OTLP_HEADERS: 'x-key=of%20ours',
  };
  folder = await mkdtemp(join(tmpdir(), 'parley-observability-'));
  redis = await startTestRedis();
  // The hook and the webhook are never called, but their metrics are exported.
  const secret = `whsec_${Buffer.alloc(24).toString('base64')}`;
  const hook = { url: 'https://rules.example', events: ['group.join'], secret };
  stack = await startStack({
    gateways: 2,
    dataDir: folder,
    redisUrl: redis.url,
    env: {
      ...{ LOG_LEVEL: 'trace', SEND_POLICY: 'anyone', API_KEYS: apiKey, HOOKS: JSON.stringify([hook]) },
      WEBHOOKS: JSON.stringify([{ ...hook, name: 'product', events: ['report'] }]),
      // Any keys are valid here: nothing is pushed, but the metrics are exported.
      ...{ PUSH_PUBLIC_KEY: 'public', PUSH_PRIVATE_KEY: 'private' },
      ...traces,
    },
  });
  pair = await Pair.register(
    stack.apiUrl,
    { gateways: [stack.gatewayUrls[0] ?? ''] },
    { gateways: [stack.gatewayUrls[1] ?? ''] },
  );
}, 120_000);
afterAll(async () => {
  await pair?.[Symbol.asyncDispose]();
  await stack?.stop();
  await redis?.stop();
  await collector?.stop();
  await rm(folder, { recursive: true });
}, 60_000);

describe('traces', () => {
  it('a trace follows a message from gateway to gateway and to the recorder, and does not contain its text', async () => {
    await pair.say('a secret between us');
    const { id } = pair.bob.messages(pair.alice.user ?? 0).at(-1) ?? { id: 0 };
    const spans = await waitFor(() => {
      const found = collector.spans.filter((span) => span.attributes['messaging.message.id'] === String(id));
      return found.length >= 4 && found;
    });
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    const [send, ...others] = spans.toSorted((a, b) => Number(b.name === 'send') - Number(a.name === 'send'));
    // Both users get a copy, because the sender's other devices need one too.
    expect(others.map(({ name }) => name).toSorted()).toEqual(['deliver', 'deliver', 'record']);
    expect(others.every(({ parentSpanId }) => parentSpanId === send?.spanId)).toBe(true);
    expect(send?.parentSpanId).toBeUndefined();
    const instances = new Set(others.filter(({ name }) => name === 'deliver').map(({ instance }) => instance));
    expect(instances.size).toBe(2);
    expect(new Set(spans.map(({ service }) => service))).toEqual(new Set(['parley-gateway', 'parley-recorder']));
    for (const { start, end } of spans) expect(end).toBeGreaterThanOrEqual(start);
    expect(collector.text).not.toContain('a secret between us');
    expect(collector.headers['x-key']).toBe('of ours');
  });

  it('a trace follows a message that the server API sends', async () => {
    const answer = await fetch(`${stack.apiUrl}/v1/server/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ from: 'system', to: pair.bob.user, ref: 'hello', body: { type: 'text', text: 'hello' } }),
    });
    expect(answer.status).toBe(201);
    const { id } = (await answer.json()) as { id: number };
    const spans = await waitFor(() => {
      const found = collector.spans.filter((span) => span.attributes['messaging.message.id'] === String(id));
      return found.length >= 3 && found;
    });
    const sends = spans.filter(({ name }) => name === 'send');
    expect(sends).toMatchObject([{ service: 'parley-api' }]);
    expect(sends[0]?.parentSpanId).toBeUndefined();
    const others = spans.filter(({ name }) => name !== 'send');
    expect(others.map(({ name }) => name).toSorted()).toEqual(['deliver', 'record']);
    expect(others.every(({ parentSpanId }) => parentSpanId === sends[0]?.spanId)).toBe(true);
  });
});

describe('logs', () => {
  it('logs are JSON lines with the ids of requests and connections, and contain no text of messages', async () => {
    const words = ['hidden in a text', 'hidden in an edit', 'hidden in a search'];
    await pair.say(words[0] ?? '');
    const { id } = pair.alice.messages(pair.bob.user ?? 0).at(-1) ?? { id: 0 };
    await pair.alice.edit(pair.bob.user ?? 0, id ?? 0, { type: 'text', text: words[1] ?? '' });
    await pair.bob.api('GET /search', { q: words[2] ?? '' });
    await fetch(`${stack.apiUrl}/v1/me`, { headers: { 'x-request-id': 'request-of-ours' } });
    await pair.recorded([words[1] ?? '', 'a secret between us'].toReversed());
    const files = (await readdir(join(folder, 'logs'))).filter((name) => /^(api|gateway|recorder)/.test(name));
    expect(files).toHaveLength(4);
    const lines = await Promise.all(files.map((name) => readFile(join(folder, 'logs', name), 'utf8')));
    const entries = lines
      .join('')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Entry);
    for (const entry of entries)
      expect(entry).toMatchObject({
        level: expect.any(String),
        service: expect.any(String),
        time: expect.stringMatching(/Z$/),
      });
    const responded = entries.filter(({ msg }) => msg === 'responded');
    expect(responded.filter(({ requestId }) => !requestId)).toEqual([]);
    expect(responded.map(({ requestId }) => requestId)).toContain('request-of-ours');
    const opened = entries.filter(({ msg }) => msg === 'connection opened');
    expect(opened.map(({ user }) => user)).toEqual(expect.arrayContaining([pair.alice.user, pair.bob.user]));
    expect(opened.filter(({ connection }) => !connection)).toEqual([]);
    const all = lines.join('');
    for (const word of [...words, 'a secret between us', 'correct horse']) expect(all).not.toContain(word);
  });
});

describe('metrics', () => {
  it.skipIf(!tools)('the metrics of every service pass promtool check metrics', async () => {
    const recorder = stack.processes.recorders[0]?.url ?? '';
    for (const url of [stack.apiUrl, stack.gatewayUrls[0], recorder]) {
      const text = await (await fetch(`${url}/metrics`)).text();
      const { stdout, stderr, status } = spawnSync(tools?.promtool ?? '', ['check', 'metrics'], { input: text });
      expect([url, `${stdout}${stderr}`, status]).toEqual([url, '', 0]);
    }
  });

  it('the services export every metric that the alerts, the dashboard and the autoscaler use', async () => {
    const recorder = stack.processes.recorders[0]?.url ?? '';
    const pages = await Promise.all(
      [stack.apiUrl, ...stack.gatewayUrls, recorder].map(async (url) => (await fetch(`${url}/metrics`)).text()),
    );
    const exported = new Set(
      [...pages.join('\n').matchAll(/^# TYPE (\w+) (\w+)$/gm)].flatMap(([, name = '', type]) =>
        type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
      ),
    );
    const read = (path: string) => readFile(join(kubernetes, path), 'utf8');
    // The page has the patch with which the autoscaler uses a metric of the gateways.
    const texts = ['monitoring/alerts.yaml', 'monitoring/dashboard.json', '../guides/kubernetes.md'].map(read);
    for (const text of await Promise.all(texts)) {
      const named = [...text.matchAll(/\bparley_\w+/g)].map(([name]) => name);
      expect(named.length).toBeGreaterThan(0);
      expect(named.filter((name) => !exported.has(name))).toEqual([]);
    }
  });

  it('each query of the dashboard is limited to the selected installations and processes', async () => {
    const queries = await dashboardQueries();
    expect(queries.length).toBeGreaterThan(50);
    const selectors = queries.flatMap((query) => [...query.matchAll(/\b(?:parley_\w+|up|ALERTS)(\{[^}]*\})?/g)]);
    for (const [text, selector = ''] of selectors) {
      expect(text).toContain('namespace=~"$namespace"');
      // Alerts have no process, because most of them are about a whole installation.
      if (!text.startsWith('ALERTS')) expect(selector).toContain('pod=~"$pod"');
    }
  });

  it.skipIf(!tools)('Prometheus accepts each query of the dashboard', async () => {
    const rules = (await dashboardQueries()).map((expr, index) => ({ record: `query_${index}`, expr }));
    const file = join(folder, 'queries.yaml');
    await writeFile(file, stringify({ groups: [{ name: 'dashboard', rules }] }));
    const { stdout, stderr, status } = spawnSync(tools?.promtool ?? '', ['check', 'rules', file]);
    expect([`${stdout}${stderr}`, status]).toEqual([expect.stringContaining(`${rules.length} rules found`), 0]);
  });

  it('the runbook has a section for each alert', async () => {
    const text = await readFile(join(kubernetes, 'monitoring/alerts.yaml'), 'utf8');
    const { spec } = parse(text) as { spec: { groups: { rules: { alert: string }[] }[] } };
    const names = spec.groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));
    const runbook = await readFile(join(kubernetes, '../guides/alerts.md'), 'utf8');
    const explained = [...runbook.matchAll(/^## (Parley\w+)$/gm)].map(([, name]) => name);
    expect(explained.toSorted()).toEqual(names.toSorted());
  });
});

/** Returns the queries of all panels of the dashboard. */
async function dashboardQueries(): Promise<string[]> {
  const text = await readFile(join(kubernetes, 'monitoring/dashboard.json'), 'utf8');
  const { panels } = JSON.parse(text) as { panels: { targets?: { expr: string }[] }[] };
  return panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
}

interface Entry {
  msg: string;
  requestId?: string;
  connection?: string;
  user?: number;
}
