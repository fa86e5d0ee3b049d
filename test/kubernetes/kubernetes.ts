import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { waitFor } from '@parley/stack';

const execute = promisify(execFile);
const here = new URL('.', import.meta.url).pathname;

/**
 * Environment variable with the path of the test cluster's kubeconfig. The tests use its current
 * context, and delete the namespace `parley` in that cluster.
 */
export const setting = 'PARLEY_TEST_KUBECONFIG';

/** A Kubernetes cluster with Parley, which the tests control with `kubectl`. */
export class Kubernetes implements AsyncDisposable {
  readonly #kubeconfig: string;
  #stop?: () => Promise<void>;

  private constructor(kubeconfig: string) {
    this.#kubeconfig = kubeconfig;
  }

  /**
   * Creates the namespace and applies the local overlay to it. Resolves when all objects are ready.
   */
  static async deploy(kubeconfig: string): Promise<Kubernetes> {
    const cluster = new Kubernetes(kubeconfig);
    await cluster.delete();
    await cluster.kubectl('apply', '--kustomize', `${here}overlay`);
    await cluster.ready();
    return cluster;
  }

  /**
   * Runs `kubectl` in the namespace of Parley. Resolves with its output. Rejects with its error
   * output if it fails.
   */
  async kubectl(...args: string[]): Promise<string> {
    const command = ['--kubeconfig', this.#kubeconfig, '--namespace', 'parley', ...args];
    const { stdout } = await execute('kubectl', command, { timeout: 600_000, maxBuffer: 2 ** 26 });
    return stdout.trim();
  }

  /** Lets the server validate objects without creating them (dry run). */
  async check(manifests: object[]): Promise<string> {
    const child = execute('kubectl', [
      ...['--kubeconfig', this.#kubeconfig, '--namespace', 'parley'],
      ...['apply', '--dry-run=server', '--filename', '-'],
    ]);
    child.child.stdin?.end(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests }));
    return (await child).stdout.trim();
  }

  /** Resolves when every job has finished and every pod is ready. */
  async ready(): Promise<void> {
    const names = (await this.kubectl('get', 'deployments,statefulsets', '--output', 'name')).split('\n');
    await this.kubectl('wait', '--for=condition=complete', 'job', '--all', '--timeout=500s');
    for (const name of names) await this.kubectl('rollout', 'status', name, '--timeout=500s');
  }

  /** Returns the names of the pods of one application. */
  async pods(application: string): Promise<string[]> {
    const names = await this.kubectl('get', 'pods', '-l', `app.kubernetes.io/name=${application}`, '--output', 'name');
    return names.split('\n').map((name) => name.replace('pod/', ''));
  }

  /** Deletes a pod without a grace period, which simulates a power failure. */
  async kill(pod: string): Promise<void> {
    await this.kubectl('delete', 'pod', pod, '--grace-period=0', '--force');
  }

  /**
   * Forwards a local port to the only Service, until this object is disposed of. It is the port
   * that the overlay announces to clients. Resolves with the address when the Service responds.
   */
  async forward(): Promise<string> {
    let child: ChildProcess;
    let wanted = true;
    const command = ['--kubeconfig', this.#kubeconfig, '--namespace', 'parley'];
    // Starts `kubectl port-forward` again whenever it exits, which it does when a connection
    // breaks.
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
