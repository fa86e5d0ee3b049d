import type { Fields, Manifest } from './kustomize.ts';

/** Manifests of a cluster, with queries for objects, containers and environments. */
export class Cluster {
  readonly manifests: Manifest[];

  constructor(manifests: Manifest[]) {
    this.manifests = manifests;
  }

  of(kind: string): Manifest[] {
    return this.manifests.filter((it) => it.kind === kind);
  }

  find(kind: string, name: string): Manifest {
    const found = this.manifests.find((it) => it.kind === kind && it.metadata.name === name);
    if (!found) throw new Error(`there is no ${kind} ${name}`);
    return found;
  }

  /** Returns all objects that run pods, each with its pod template. */
  get workloads(): Workload[] {
    return this.manifests
      .filter(({ kind }) => ['Deployment', 'StatefulSet', 'Job'].includes(kind))
      .map(({ kind, metadata, spec }) => {
        const { template } = spec as unknown as { template: PodTemplate };
        return { kind, name: metadata.name, labels: template.metadata.labels, pod: template.spec };
      });
  }

  /**
   * Returns the containers of all workloads, init containers first. Each one refers to its
   * workload.
   */
  get containers(): (Container & { workload: Workload })[] {
    return this.workloads.flatMap((workload) =>
      [...(workload.pod.initContainers ?? []), ...workload.pod.containers].map((it) => ({ ...it, workload })),
    );
  }

  container(name: string): Container & { workload: Workload } {
    const found = this.containers.find((it) => it.name === name);
    if (!found) throw new Error(`there is no container ${name}`);
    return found;
  }

  /**
   * Returns the environment variables that the manifests set for a container, but not those of its
   * image.
   *
   * @param secrets values of secrets that are optional or not in the manifests
   */
  environment({ env = [], envFrom = [] }: Container, secrets: Record<string, string> = {}): Record<string, string> {
    const values: Record<string, string> = {};
    for (const { configMapRef } of envFrom) Object.assign(values, this.find('ConfigMap', configMapRef.name).data);
    for (const { name, value, valueFrom } of env) {
      const key = valueFrom?.secretKeyRef?.key;
      const given = key === undefined ? value : (secrets[key] ?? this.#secret(key));
      if (given !== undefined) values[name] = given;
    }
    return values;
  }

  #secret(key: string): string | undefined {
    const data = this.of('Secret').find((it) => (it.data as Fields)[key])?.data as Record<string, string> | undefined;
    return data?.[key] === undefined ? undefined : Buffer.from(data[key], 'base64').toString();
  }
}

export interface Workload {
  kind: string;
  name: string;
  labels: Record<string, string>;
  pod: Pod;
}

interface PodTemplate {
  metadata: { labels: Record<string, string> };
  spec: Pod;
}

interface Pod {
  containers: Container[];
  initContainers?: Container[];
  terminationGracePeriodSeconds?: number;
  automountServiceAccountToken?: boolean;
  securityContext?: Fields;
  volumes?: { name: string; configMap?: { name: string }; persistentVolumeClaim?: { claimName: string } }[];
}

export interface Container {
  name: string;
  image: string;
  args?: string[];
  ports?: { name: string; containerPort: number }[];
  env?: { name: string; value?: string; valueFrom?: { secretKeyRef?: SecretKey } }[];
  envFrom?: { configMapRef: { name: string } }[];
  startupProbe?: Probe;
  readinessProbe?: Probe;
  livenessProbe?: Probe;
  lifecycle?: { preStop: { exec: { command: string[] } } };
  resources?: { requests?: Fields; limits?: Fields };
  securityContext?: Fields;
  volumeMounts?: { name: string; mountPath: string }[];
}

interface SecretKey {
  name: string;
  key: string;
  optional?: boolean;
}

interface Probe {
  httpGet?: { path: string; port: string };
}
