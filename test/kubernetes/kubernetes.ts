import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { waitFor } from '@parley/stack';

const execute = promisify(execFile);
const here = new URL('.', import.meta.url).pathname;

/** What names the cluster to test in: a kubeconfig, of which the current context counts. Its namespace `parley` is deleted. */
export const setting = 'PARLEY_TEST_KUBECONFIG';

/** Parley in a Kubernetes cluster, by `kubectl`. */
export class Kubernetes implements AsyncDisposable {
  readonly #kubeconfig: string;
  #stop?: () => Promise<void>;

  private constructor(kubeconfig: string) {
    this.#kubeconfig = kubeconfig;
  }

  /** Applies the local overlay to an empty namespace; resolves when all of it is ready. */
  static async deploy(kubeconfig: string): Promise<Kubernetes> {
    const cluster = new Kubernetes(kubeconfig);
    await cluster.delete();
    await cluster.kubectl('apply', '--kustomize', `${here}overlay`);
    await cluster.ready();
    return cluster;
  }

  /** Runs `kubectl` in the namespace; resolves with what it printed. Rejects with what it said when it failed. */
  async kubectl(...args: string[]): Promise<string> {
    const command = ['--kubeconfig', this.#kubeconfig, '--namespace', 'parley', ...args];
    const { stdout } = await execute('kubectl', command, { timeout: 600_000, maxBuffer: 2 ** 26 });
    return stdout.trim();
  }

  /** Has the server check what it would be given, and change nothing. */
  async check(manifests: object[]): Promise<string> {
    const child = execute('kubectl', [
      ...['--kubeconfig', this.#kubeconfig, '--namespace', 'parley'],
      ...['apply', '--dry-run=server', '--filename', '-'],
    ]);
    child.child.stdin?.end(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests }));
    return (await child).stdout.trim();
  }

  /** Resolves when every job is done and every pod that there is to be is ready. */
  async ready(): Promise<void> {
    const names = (await this.kubectl('get', 'deployments,statefulsets', '--output', 'name')).split('\n');
    await this.kubectl('wait', '--for=condition=complete', 'job', '--all', '--timeout=500s');
    for (const name of names) await this.kubectl('rollout', 'status', name, '--timeout=500s');
  }

  /** Names of the pods of an application. */
  async pods(application: string): Promise<string[]> {
    const names = await this.kubectl('get', 'pods', '-l', `app.kubernetes.io/name=${application}`, '--output', 'name');
    return names.split('\n').map((name) => name.replace('pod/', ''));
  }

  /** As a machine that loses power. */
  async kill(pod: string): Promise<void> {
    await this.kubectl('delete', 'pod', pod, '--grace-period=0', '--force');
  }

  /**
   * Forwards the port of this machine that the overlay tells clients of to the one Service for all, until this is disposed of; resolves
   * with its address once that is served.
   */
  async forward(): Promise<string> {
    let child: ChildProcess;
    let wanted = true;
    const command = ['--kubeconfig', this.#kubeconfig, '--namespace', 'parley'];
    // It ends when a connection through it is cut short, and then is begun again.
    const forwarding = (async () => {
      while (wanted) {
        child = spawn('kubectl', [...command, 'port-forward', 'service/parley-entry', '8080:80'], { stdio: 'ignore' });
        await once(child, 'exit');
      }
    })();
    this.#stop = async () => {
      wanted = false;
      child.kill();
      await forwarding;
    };
    const url = 'http://localhost:8080';
    const served = () =>
      fetch(`${url}/openapi.json`).then(
        ({ ok }) => ok,
        () => false,
      );
    await waitFor(served, { timeout: 60_000, interval: 200, message: `nothing is served at ${url}` });
    return url;
  }

  async delete(): Promise<void> {
    await this.kubectl('delete', 'namespace', 'parley', '--ignore-not-found', '--timeout=300s');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop?.();
    await this.delete();
  }
}
