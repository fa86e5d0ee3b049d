import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { hasPython } from '../stack/toolchains.ts';
import { Cluster } from './cluster.ts';
import { chart, exampleValues, runHelm } from './helm.ts';
import { build, type Fields, kubernetes, type Manifest } from './kustomize.ts';
import { check } from './schemas.ts';
import { ownSecrets, readers } from './services.ts';

const text = (file: string) => readFileSync(join(chart, file), 'utf8');
const values = parse(text('values.yaml')) as Fields;
const { version, appVersion } = parse(text('Chart.yaml')) as Record<'version' | 'appVersion', string>;

describe('the files of the chart', () => {
  it('the README of the Helm chart has a row for each value', () => {
    const listed = [...text('README.md').matchAll(/^\| (`.*?`) \|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
    );
    expect(namesOf(values).filter((name) => !listed.includes(name))).toEqual([]);
    expect(listed.filter((name = '') => !hasPath(values, name.split('.')))).toEqual([]);
  });

  it('the Helm chart has the version of the published packages', () => {
    const client = readFileSync(join(chart, '../../../packages/client/package.json'), 'utf8');
    expect([version, appVersion]).toEqual([JSON.parse(client).version, version]);
  });
});

const installed = hasPython('the Helm chart', 'helm_python');

describe.skipIf(!installed)('the chart', () => {
  const cases: Record<string, Fields> = {
    ...exampleValues,
    default: {},
    monitored: { monitoring: { enabled: true } },
    'a misspelt value': { gateway: { replicaz: 3 } },
    'no source of requests': { networkPolicies: { ingressFrom: [] } },
    numbers: { settings: { MAX_CONNECTIONS: 1_000_000, GATEWAY_URLS: 'https://a.example.com', TRACES: false } },
    'per service': {
      pods: { labels: { team: 'chat' }, nodeSelector: { pool: 'any' } },
      api: { pods: { nodeSelector: { pool: 'api' } }, extraEnv: [{ name: 'NODE_OPTIONS', value: '--no-warnings' }] },
      networkPolicies: { enabled: false },
      migration: { enabled: false },
      web: { podDisruptionBudget: { enabled: false } },
    },
    scaled: { gateway: { autoscaling: { connections: 10_000, behavior: { scaleDown: { selectPolicy: 'Min' } } } } },
  };
  const helm = installed ? runHelm(cases) : undefined;
  const objects = (name: string) => helm?.objects(name) ?? [];
  const cluster = (name: string) => new Cluster(objects(name));

  it('helm lint has no findings for the chart', () => {
    expect(helm?.lint).toEqual([]);
  });

  it('the Helm chart with default values renders the objects of the Kustomize base and its monitoring', () => {
    const base = ['base', 'monitoring'].flatMap((folder) => build(join(kubernetes, folder)));
    const expected = base.filter(({ kind }) => kind !== 'Namespace').map(comparable);
    expect(sortByName(objects('monitored').map(comparable))).toEqual(sortByName(expected));
  });

  it.each(['default', 'per service', 'scaled', ...Object.keys(exampleValues)])(
    'the Helm chart renders valid objects in the namespace of the release: %s',
    (name) => {
      const all = objects(name);
      expect(all.flatMap((it) => check(it).map((problem) => `${it.kind} ${it.metadata.name}: ${problem}`))).toEqual([]);
      // Helm creates the objects of `extraObjects` in the namespace of the release if they name
      // none.
      const own = all.filter(({ apiVersion }) => !/external-secrets|keda/.test(apiVersion));
      expect(own.filter(({ metadata }) => metadata.namespace !== 'talk')).toEqual([]);
    },
  );

  it.each(Object.keys(exampleValues))('services accept the settings that the Helm chart renders for %s', (name) => {
    const built = cluster(name);
    for (const service of Object.keys(readers) as (keyof typeof readers)[]) {
      const { container, env } = { container: built.container(service), env: ownSecrets };
      const keys = { uri: ownSecrets.DATABASE_URL, url: ownSecrets.REDIS_URL };
      expect(() => readers[service]({ ...built.environment(container, { ...env, ...keys }) })).not.toThrow();
    }
  });

  it.each([
    ['a misspelt value', 'replicaz'],
    ['no source of requests', 'ingressFrom'],
  ])('the Helm chart rejects %s', (name, message) => {
    expect(() => objects(name)).toThrow(message);
  });

  it('the Helm chart migrates the database before it changes the release', () => {
    const { metadata, spec } = cluster('default').find('Job', 'parley-migrate');
    expect(metadata.annotations).toMatchObject({ 'helm.sh/hook': 'pre-install,pre-upgrade' });
    // The ServiceAccount of the release does not exist yet.
    expect(JSON.stringify(spec)).not.toContain('serviceAccountName');
    expect(cluster('per service').of('Job')).toEqual([]);
  });

  it('a change of the settings restarts the pods of a Helm release', () => {
    const checksum = (name: string) => annotationsOf(cluster(name), 'parley-gateway')['checksum/settings'];
    expect(checksum('default')).toMatch(/^[0-9a-f]{64}$/);
    expect(checksum('numbers')).not.toBe(checksum('default'));
  });

  it('the Helm chart renders settings as strings; GATEWAY_URLS defaults to the first host of the ingress', () => {
    const settings = (name: string) => cluster(name).find('ConfigMap', 'parley-settings').data;
    expect(settings('numbers')).toMatchObject({
      MAX_CONNECTIONS: '1000000',
      TRACES: 'false',
      GATEWAY_URLS: 'https://a.example.com',
    });
    for (const name of ['ingress.yaml', 'http-route.yaml'])
      expect(settings(name)).toMatchObject({ GATEWAY_URLS: 'https://chat.example.com', BUCKETS: '64' });
  });

  it('the HTTPRoute of the Helm chart has the routes of its ingress', () => {
    const built = cluster('http-route.yaml');
    expect(built.of('Ingress')).toEqual([]);
    const { spec, apiVersion } = built.find('HTTPRoute', 'parley');
    expect(apiVersion).toBe('gateway.networking.k8s.io/v1');
    const { rules, ...route } = spec as unknown as { rules: Rule[] };
    expect(route).toEqual({
      parentRefs: [{ name: 'public', namespace: 'gateways', sectionName: 'https' }],
      hostnames: ['chat.example.com'],
    });
    const routed = rules.flatMap(({ matches, backendRefs, timeouts, ...more }) => {
      expect([timeouts, more]).toEqual([{ request: '0s' }, {}]);
      // Implementations of the Gateway API need to support only eight matches of a rule.
      expect(matches.length).toBeLessThanOrEqual(8);
      return matches.map(({ path }) => `${path.type} ${path.value} ${JSON.stringify(backendRefs)}`);
    });
    const { rules: wanted } = cluster('default').find('Ingress', 'parley').spec as unknown as IngressSpec;
    const paths = (wanted[0]?.http.paths ?? []).map(
      ({ path, pathType, backend: { service } }) =>
        `${pathType === 'Exact' ? 'Exact' : 'PathPrefix'} ${path} ${JSON.stringify([{ name: service.name, port: 80 }])}`,
    );
    expect(routed.toSorted()).toEqual(paths.toSorted());
  });

  it('the ingress of another controller has no annotations of ingress-nginx', () => {
    const { metadata, spec } = cluster('ingress.yaml').find('Ingress', 'parley');
    expect(JSON.stringify(metadata)).not.toContain('nginx');
    expect(spec).toMatchObject({ ingressClassName: 'haproxy', rules: [{ host: 'chat.example.com' }] });
    const { spec: policy } = cluster('ingress.yaml').find('NetworkPolicy', 'parley-public');
    expect(JSON.stringify(policy)).toContain('haproxy-controller');
  });

  it('the Helm chart sets the number of replicas only without an autoscaler', () => {
    const replicas = (name: string) => (cluster(name).find('Deployment', 'parley-gateway').spec as Fields).replicas;
    expect([replicas('default'), replicas('fixed-size.yaml'), replicas('keda.yaml')]).toEqual([
      undefined,
      6,
      undefined,
    ]);
    expect(cluster('fixed-size.yaml').of('HorizontalPodAutoscaler')).toEqual([]);
    const { spec } = cluster('scaled').find('HorizontalPodAutoscaler', 'parley-gateway');
    expect(JSON.stringify(spec)).toContain('"averageValue":"10000"');
    expect(spec).toMatchObject({ behavior: { scaleDown: { selectPolicy: 'Min', stabilizationWindowSeconds: 900 } } });
  });

  it('the Helm chart prefixes images with the registry, and uses a digest instead of the tag', () => {
    const images = (name: string) => cluster(name).containers.map(({ image }) => image);
    expect(images('default')).toContain(`parley/gateway:${appVersion}`);
    for (const image of images('fixed-size.yaml'))
      expect(image).toMatch(/^registry\.example\.com\/parley\/[a-z]+@sha256:[0-9a-f]{64}$/);
    for (const { workload } of cluster('ingress.yaml').containers)
      expect(workload.pod).toMatchObject({ imagePullSecrets: [{ name: 'registry-credentials' }] });
  });

  it('Node.js trusts the private CA of the Helm values, in services and in migrations', () => {
    for (const { env = [], volumeMounts = [], workload, name } of cluster('operators.yaml').containers) {
      if (name === 'web') continue;
      expect(env).toContainEqual({ name: 'NODE_EXTRA_CA_CERTS', value: '/etc/parley/ca/ca.crt' });
      expect(volumeMounts).toContainEqual({ name: 'ca', mountPath: '/etc/parley/ca', readOnly: true });
      expect(workload.pod.volumes).toContainEqual(expect.objectContaining({ name: 'ca' }));
    }
  });

  it('the Helm chart can read connection strings from Secrets that operators create', () => {
    const urls = cluster('operators.yaml').containers.flatMap(({ env = [] }) =>
      env.flatMap(({ name, valueFrom }) => (/_URL$/.test(name) ? [[name, valueFrom?.secretKeyRef]] : [])),
    );
    for (const [name, key] of urls)
      if (name === 'DATABASE_URL') expect(key).toEqual({ name: 'parley-db-app', key: 'uri' });
      else if (name === 'REDIS_URL') expect(key).toEqual({ name: 'parley-redis', key: 'url' });
    expect(urls.length).toBeGreaterThan(6);
  });

  it('network policies of the Helm chart have the ports and peers that the values set', () => {
    const { spec } = cluster('redis-fail-over.yaml').find('NetworkPolicy', 'parley-redis');
    const peer = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'redis' } } };
    expect(spec).toMatchObject({ egress: [{ ports: [{ port: 6380, protocol: 'TCP' }], to: [peer] }] });
  });

  it('Helm values of one service override those of all pods', () => {
    const built = cluster('per service');
    const pool = (name: string) => built.container(name).workload.pod as unknown as { nodeSelector: Fields };
    expect([pool('api').nodeSelector, pool('web').nodeSelector]).toEqual([{ pool: 'api' }, { pool: 'any' }]);
    expect(built.container('web').workload.labels).toMatchObject({
      team: 'chat',
      'app.kubernetes.io/part-of': 'parley',
    });
    expect(built.container('api').env).toContainEqual({ name: 'NODE_OPTIONS', value: '--no-warnings' });
    expect(built.of('NetworkPolicy')).toEqual([]);
    expect(built.of('PodDisruptionBudget').map(({ metadata }) => metadata.name)).not.toContain('parley-web');
  });

  it('the objects for the Prometheus operator have the labels and the runbook URL that the values set', () => {
    const built = cluster('fixed-size.yaml');
    for (const kind of ['ServiceMonitor', 'PrometheusRule'])
      expect(built.find(kind, 'parley').metadata.labels).toMatchObject({ release: 'kube-prometheus-stack' });
    const rules = JSON.stringify(built.find('PrometheusRule', 'parley'));
    expect(rules).toContain('https://wiki.example.com/parley/alerts#parleyredisdown');
    expect(rules).not.toContain('chat.example.com');
  });

  it('the notes of the Helm chart name required settings that are missing', () => {
    expect(helm?.notes('default')).toContain('GATEWAY_URLS');
    expect(helm?.notes('ingress.yaml')).toContain('https://chat.example.com');
    expect(helm?.notes('ingress.yaml')).not.toContain('GATEWAY_URLS');
  });
});

/** Returns an object without what the chart adds: labels, namespace, tags, checksums and hooks. */
function comparable(manifest: Manifest): Manifest {
  const copy = structuredClone(manifest);
  const { namespace: _, labels = {}, ...metadata } = copy.metadata;
  const own = Object.entries(labels).filter(
    ([name]) => !/^helm\.sh|kubernetes\.io\/(instance|version|managed-by|part-of)$/.test(name),
  );
  copy.metadata = { ...metadata, labels: Object.fromEntries(own) };
  if (copy.kind === 'Job') delete copy.metadata.annotations;
  const { template } = (copy.spec ?? {}) as { template?: Template };
  if (!template) return copy;
  delete template.metadata.annotations;
  if (copy.kind === 'Job') delete template.spec.serviceAccountName;
  for (const container of [...(template.spec.initContainers ?? []), ...template.spec.containers]) {
    delete container.imagePullPolicy;
    container.image = container.image.replace(`:${appVersion}`, '');
  }
  return copy;
}

function sortByName(manifests: Manifest[]): Manifest[] {
  const name = ({ kind, metadata }: Manifest) => `${kind} ${metadata.name}`;
  return manifests.toSorted((a, b) => name(a).localeCompare(name(b)));
}

function annotationsOf(built: Cluster, name: string): Record<string, string> {
  const { template } = built.find('Deployment', name).spec as unknown as { template: Template };
  return template.metadata.annotations ?? {};
}

/**
 * Returns the names of all values, joined with dots. The values of `pods` have one row for all
 * services.
 */
function namesOf(fields: Fields, path: string[] = []): string[] {
  return Object.entries(fields).flatMap(([key, value]) => {
    const name = [...path, key];
    const nested =
      typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
    const opaque = /resources$|labels$|timeouts$|monitoring\.dashboard\.labels$/.test(name.join('.'));
    return nested && !opaque ? namesOf(value as Fields, name) : [name.join('.')];
  });
}

function hasPath(fields: Fields, [key = '', ...rest]: string[]): boolean {
  if (!(key in fields)) return false;
  return rest.length === 0 || hasPath(fields[key] as Fields, rest);
}

interface Template {
  metadata: { annotations?: Record<string, string> };
  spec: { serviceAccountName?: string; initContainers?: Image[]; containers: Image[] };
}

interface Image {
  image: string;
  imagePullPolicy?: string;
}

interface Rule {
  matches: { path: { type: string; value: string } }[];
  backendRefs: Fields[];
  timeouts: Fields;
}

interface IngressSpec {
  rules: { http: { paths: { path: string; pathType: string; backend: { service: { name: string } } }[] } }[];
}
