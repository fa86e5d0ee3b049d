import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Cluster } from './cluster.ts';
import { buildOverlay, type Fields, overlays } from './kustomize.ts';
import { ownSecrets, portOf, readers, variablesOf } from './services.ts';

const root = new URL('../../', import.meta.url);
const text = (path: string) => readFileSync(new URL(path, root), 'utf8');
const dockerfile = text('deploy/images/Dockerfile');
const services = Object.keys(readers) as (keyof typeof readers)[];

describe.each(overlays)('overlay %s matches the code', (overlay) => {
  const cluster = new Cluster(buildOverlay(overlay));

  it.each(services)(
    'the deployed %s gets every required environment variable and none that it does not read',
    (service) => {
      const container = cluster.container(service);
      const asked = variablesOf(service);
      const others = services.filter((it) => it !== service).map(variablesOf);
      const given = Object.keys(cluster.environment(container, ownSecrets));
      // Services share these settings, so at least one service must read each.
      expect(given.filter((name) => !asked.has(name) && !others.some((names) => names.has(name)))).toEqual([]);
      expect((container.env ?? []).map(({ name }) => name).filter((name) => !asked.has(name))).toEqual([]);
      const env = { ...cluster.environment(container, ownSecrets), NODE_ENV: 'production' };
      expect(() => readers[service](env)).not.toThrow();
    },
  );

  it('the grace period of each pod is long enough to drain gateways and to finish requests of apis', () => {
    const drain = readers.gateway(cluster.environment(cluster.container('gateway'), ownSecrets)).drainTime;
    // The seconds that each service needs after SIGTERM: 30 by runService, plus the drain time for
    // gateways.
    for (const [name, needs] of [
      ['gateway', drain / 1000 + 1],
      ['api', 30],
      ['recorder', 30],
    ] as const) {
      const { workload, lifecycle } = cluster.container(name);
      const [, asleep = '0'] = lifecycle?.preStop.exec.command ?? [];
      expect(workload.pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(Number(asleep) + needs + 5);
    }
  });

  it.each(services)('the deployed %s listens at the port at which Kubernetes probes it', (service) => {
    const { ports, startupProbe, livenessProbe, readinessProbe } = cluster.container(service);
    expect(ports).toEqual([{ name: 'http', containerPort: portOf(service) }]);
    expect(dockerfile).toMatch(new RegExp(`AS ${service}\\n(?:[^F].*\\n|\\n)*?EXPOSE ${portOf(service)}\\n`));
    const probes = [startupProbe, livenessProbe, readinessProbe].map((probe) => probe?.httpGet);
    expect(probes).toEqual(['/healthz', '/healthz', '/readyz'].map((path) => ({ path, port: 'http' })));
    expect(text('packages/service/src/health.ts')).toContain("'/readyz'");
    expect(text('packages/service/src/health.ts')).toContain("'/healthz'");
  });

  it('the web container listens at the port of its Kubernetes Service', () => {
    const { ports, readinessProbe } = cluster.container('web');
    const nginx = text('deploy/images/nginx.conf');
    expect(nginx).toContain(`listen ${ports?.[0]?.containerPort};`);
    expect(nginx).toContain(`location = ${readinessProbe?.httpGet?.path} {`);
  });
});

describe.each(overlays)('the objects of overlay %s', (overlay) => {
  const cluster = new Cluster(buildOverlay(overlay));
  const matches = (labels: Record<string, string>, selector: Record<string, string>) =>
    Object.entries(selector).every(([name, value]) => labels[name] === value);

  it('each Kubernetes Service targets a port that its pods have', () => {
    for (const { metadata, spec } of cluster.of('Service')) {
      const { selector, ports } = spec as unknown as {
        selector: Record<string, string>;
        ports: { targetPort: string }[];
      };
      const pods = cluster.workloads.filter(({ labels }) => matches(labels, selector));
      expect(pods.map(({ name }) => name)).toEqual([metadata.name]);
      const names = pods
        .flatMap(({ pod }) => pod.containers)
        .flatMap((it) => it.ports ?? [])
        .map(({ name }) => name);
      for (const { targetPort } of ports) expect(names).toContain(targetPort);
    }
  });

  it('each selector of a deployment, disruption budget or spread constraint matches only its own pods', () => {
    for (const { kind, metadata, spec } of cluster.manifests.filter((it) =>
      ['Deployment', 'StatefulSet', 'PodDisruptionBudget'].includes(it.kind),
    )) {
      const { selector } = spec as unknown as { selector: { matchLabels: Record<string, string> } };
      const found = cluster.workloads.filter(({ labels }) => matches(labels, selector.matchLabels));
      expect(`${kind} ${found.map(({ name }) => name)}`).toBe(`${kind} ${metadata.name}`);
    }
    for (const { name, pod } of cluster.workloads) {
      const spreads =
        (pod as unknown as { topologySpreadConstraints?: { labelSelector: { matchLabels: Fields } }[] })
          .topologySpreadConstraints ?? [];
      for (const { labelSelector } of spreads)
        expect(labelSelector.matchLabels).toEqual({ 'app.kubernetes.io/name': name });
    }
  });

  it('network policies refer only to existing pods and ports', () => {
    const names = cluster.workloads.map(({ labels }) => labels['app.kubernetes.io/name']);
    const ports = new Set(cluster.containers.flatMap((it) => it.ports ?? []).map(({ name }) => name));
    for (const { spec } of cluster.of('NetworkPolicy')) {
      const said = JSON.stringify(spec);
      for (const [, name = ''] of said.matchAll(/"app.kubernetes.io\/name":"([^"]+)"/g)) expect(names).toContain(name);
      for (const [, list = ''] of said.matchAll(/"values":\[([^\]]+)\]/g))
        for (const name of JSON.parse(`[${list}]`)) expect(names).toContain(name);
      for (const [, port = ''] of said.matchAll(/"port":"([^"]+)"/g)) expect(ports).toContain(port);
    }
  });

  it('autoscalers use only CPU and memory, because every cluster has these metrics and a missing one prevents scaling down', () => {
    const scalers = cluster.of('HorizontalPodAutoscaler').map(({ spec }) => spec as { metrics: { type: string }[] });
    for (const { metrics } of scalers) expect(metrics.map(({ type }) => type)).toEqual(['Resource']);
  });

  it('every object to which an autoscaler, mount or container refers exists', () => {
    for (const { spec } of cluster.of('HorizontalPodAutoscaler')) {
      const { scaleTargetRef } = spec as unknown as { scaleTargetRef: { kind: string; name: string } };
      cluster.find(scaleTargetRef.kind, scaleTargetRef.name);
    }
    for (const { env = [], envFrom = [], volumeMounts = [], workload, name } of cluster.containers) {
      for (const { configMapRef } of envFrom) cluster.find('ConfigMap', configMapRef.name);
      if (overlay === 'local')
        for (const { valueFrom } of env)
          if (valueFrom?.secretKeyRef && !valueFrom.secretKeyRef.optional)
            expect(Object.keys(cluster.find('Secret', valueFrom.secretKeyRef.name).data as Fields)).toContain(
              valueFrom.secretKeyRef.key,
            );
      const claims = workload.kind === 'StatefulSet' ? ['data'] : [];
      const volumes = [...(workload.pod.volumes ?? []).map((it) => it.name), ...claims];
      for (const mount of volumeMounts) expect(`${name}: ${volumes}`).toContain(mount.name);
      for (const { configMap, persistentVolumeClaim } of workload.pod.volumes ?? []) {
        if (configMap) cluster.find('ConfigMap', configMap.name);
        if (persistentVolumeClaim) cluster.find('PersistentVolumeClaim', persistentVolumeClaim.claimName);
      }
    }
  });

  it('every pod runs without privileges and requests CPU and memory', () => {
    for (const { name, securityContext, resources, workload } of cluster.containers) {
      expect({ name, ...securityContext }).toEqual({
        name,
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(workload.pod.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(workload.pod.automountServiceAccountToken).toBe(false);
      expect(Object.keys(resources?.requests ?? {})).toEqual(['cpu', 'memory']);
      expect(Object.keys(resources?.limits ?? {})).toEqual(['memory']);
    }
  });

  it('the ingress routes each path to the same service as haproxy in compose', () => {
    const ingress = cluster.find('Ingress', 'parley').spec as unknown as IngressSpec;
    const paths = ingress.rules[0]?.http.paths ?? [];
    const of = (service: string) =>
      paths.filter(({ backend }) => backend.service.name === service).map(({ path }) => path);
    const server = text('services/gateway/src/socket/routes.ts');
    const served = [...server.matchAll(/(?:\[|set\()'(\/(?:v1|layim)\/[a-z]+)'/g)].map(([, path]) => path);
    expect(of('parley-gateway').toSorted()).toEqual(served.toSorted());
    expect(
      paths.filter(({ backend }) => backend.service.name === 'parley-gateway').map(({ pathType }) => pathType),
    ).toEqual(served.map(() => 'Exact'));
    const haproxy = text('deploy/compose/haproxy.cfg');
    const [, inCompose = ''] = /use_backend gateways if \{ path (.*) \}/.exec(haproxy) ?? [];
    expect(inCompose.split(' ').toSorted()).toEqual(served.toSorted());
    const [, begins = '', whole = ''] =
      /use_backend apis if \{ path_beg (.*) \} \|\| \{ path (.*) \}/.exec(haproxy) ?? [];
    expect([...begins.split(' ').map((path) => path.replace(/\/$/, '')), ...whole.split(' ')].toSorted()).toEqual(
      of('parley-api').toSorted(),
    );
  });
});

it('the single address of the local overlay routes each path to the same service as the ingress', () => {
  const conf = text('deploy/kubernetes/overlays/local/entry.conf');
  const routes = [...conf.matchAll(/location (?:([=~]) )?(\S+) \{\s+proxy_pass http:\/\/(\S+);/g)].map(
    ([, how, path = '', to]) => ({ how, path, to }),
  );
  const route = (asked: string) =>
    routes.find(({ how, path }) => how === '=' && path === asked) ??
    routes.find(({ how, path }) => how === '~' && new RegExp(path).test(asked)) ??
    routes.find(({ how, path }) => !how && asked.startsWith(path));
  const ingress = new Cluster(buildOverlay('local')).find('Ingress', 'parley').spec as unknown as IngressSpec;
  for (const { path, pathType, backend } of ingress.rules[0]?.http.paths ?? [])
    for (const asked of pathType === 'Prefix' ? [path, `${path}/x`.replace('//', '/')] : [path])
      expect(`${asked} to ${route(asked)?.to}`).toBe(`${asked} to ${backend.service.name}`);
});

describe('secrets', () => {
  it('the production overlay has no secrets, and services in production mode reject those of the local overlay', () => {
    expect(new Cluster(buildOverlay('production')).of('Secret')).toEqual([]);
    const local = new Cluster(buildOverlay('local'));
    for (const service of services) {
      const env = local.environment(local.container(service));
      expect(() => readers[service](env)).not.toThrow();
      expect(() => readers[service]({ ...env, NODE_ENV: 'production' })).toThrow('publicly known');
    }
  });

  it('services of the local overlay run in development mode', () => {
    const local = new Cluster(buildOverlay('local'));
    const given = local.containers.filter(
      ({ image }) => image.startsWith('parley/') && !image.startsWith('parley/web'),
    );
    expect(given.map(({ name }) => name).toSorted()).toEqual([
      'api',
      'gateway',
      'migrate',
      'recorder',
      'schema',
      'schema',
    ]);
    for (const container of given) expect(local.environment(container).NODE_ENV).toBe('development');
  });

  it("containers of Parley's images run in production mode by default", () => {
    expect(dockerfile).toContain('ENV NODE_ENV=production');
    const { data } = new Cluster(buildOverlay('production')).find('ConfigMap', 'parley-settings');
    expect(data).not.toHaveProperty('NODE_ENV');
  });
});

describe('the images', () => {
  it('nginx sends the same content security policy as the api', () => {
    const [, listed = ''] = /return \[\n([\s\S]*?)\]\.join\('; '\)/.exec(text('services/api/src/web/add-web.ts')) ?? [];
    const directives = [...listed.matchAll(/["`]([a-z]+-(?:src|uri|action|ancestors) [^"`$]*)/g)].map(([, it = '']) =>
      it.trim(),
    );
    expect(directives.length).toBeGreaterThan(10);
    const [, policy = ''] = /content-security-policy "(.*)";/.exec(text('deploy/images/nginx.conf')) ?? [];
    const said = policy.split('; ').map((directive) => directive.replace(/ wss?:.*/, ''));
    expect(said).toEqual(directives);
  });

  it('images start Node.js with the same options as the stack', () => {
    const source = text('packages/stack/src/service.ts');
    const [, options = ''] = /nodeArguments = \[(.*)\];/.exec(source) ?? [];
    expect(dockerfile).toContain(`ENTRYPOINT ["node", ${options.replaceAll("'", '"')}]`);
  });
});

describe('deploy/compose.yaml matches the code', () => {
  const compose = parse(text('deploy/compose.yaml'), { merge: true }) as { services: Record<string, ComposeService> };

  it('compose.yaml has three gateways and two of each other service, and sets only variables that they read', () => {
    const names = Object.keys(compose.services);
    for (const [service, count] of [
      ['gateway', 3],
      ['api', 2],
      ['recorder', 2],
    ] as const) {
      const own = names.filter((name) => name.startsWith(`${service}-`));
      expect(own).toHaveLength(count);
      for (const name of own) {
        const { environment, build, image } = compose.services[name] as ComposeService;
        expect(Object.keys(environment).filter((variable) => !variablesOf(service).has(variable))).toEqual([]);
        expect([build.target, image]).toEqual([service, expect.stringContaining(`parley/${service}`)]);
        expect(text('deploy/compose/haproxy.cfg').includes(`${name}:${portOf(service)} check`)).toBe(
          service !== 'recorder',
        );
      }
    }
  });

  it('services in compose.yaml read settings.env and have bounded logs, and only gateways and apis other networks', () => {
    for (const [name, { env_file, logging, networks, mem_limit }] of Object.entries(compose.services)) {
      const isService = /^(gateway|api|recorder)-/.test(name);
      const settings = [{ path: 'settings.env', required: false }];
      expect([name, isService ? env_file : settings]).toEqual([name, settings]);
      expect([name, isService ? mem_limit : 'limited']).not.toEqual([name, undefined]);
      // A task ends soon and writes a few lines.
      if (name !== 'secrets') expect([name, logging?.options]).toMatchObject([name, { 'max-size': '20m' }]);
      const isOutside = /^(gateway|api)-|^(balancer|migrate)$/.test(name);
      expect([name, networks?.includes('outside') ?? false]).toEqual([name, isOutside]);
    }
  });

  it('compose.tls.yaml changes every api, by settings that it reads', () => {
    const tls = parse(text('deploy/compose.tls.yaml')) as { services: Record<string, ComposeService> };
    const apis = Object.keys(compose.services).filter((name) => name.startsWith('api-'));
    expect(Object.keys(tls.services).filter((name) => name !== 'tls')).toEqual(apis);
    for (const name of apis) {
      const settings = Object.keys(tls.services[name]?.environment ?? {});
      expect(settings.filter((variable) => !variablesOf('api').has(variable))).toEqual([]);
    }
  });

  it('the Dockerfile has every build target that compose.yaml uses', () => {
    for (const { build } of Object.values(compose.services))
      if (build) expect(dockerfile).toContain(` AS ${build.target}\n`);
  });
});

interface ComposeService {
  image: string;
  build: { target: string };
  environment: Record<string, string>;
  env_file?: { path: string; required: boolean }[];
  logging?: { options: Record<string, string> };
  networks?: string[];
  mem_limit?: string;
}

interface IngressSpec {
  rules: { http: { paths: Path[] } }[];
}

interface Path {
  path: string;
  pathType: string;
  backend: { service: { name: string } };
}
