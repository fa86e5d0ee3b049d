import { freePort, root, type ServiceOptions, type ServiceProcess, startService } from '@parley/stack';

/**
 * An api, two gateways and two recorders, each at its own address. Each service runs either the
 * previous or the current release.
 */
export class Fleet implements AsyncDisposable {
  readonly #services = new Map<ServiceName, ServiceProcess>();
  readonly #ports: ReadonlyMap<ServiceName, number>;
  readonly #options: FleetOptions;

  private constructor(ports: ReadonlyMap<ServiceName, number>, options: FleetOptions) {
    this.#ports = ports;
    this.#options = options;
  }

  /** Starts all services with the same release. */
  static async start(release: Release, options: FleetOptions): Promise<Fleet> {
    const ports = new Map<ServiceName, number>();
    for (const name of names) ports.set(name, await freePort());
    const fleet = new Fleet(ports, options);
    await Promise.all(names.map((name) => fleet.put(name, release)));
    return fleet;
  }

  /**
   * Stops a service and starts it with another release at the same address. Resolves when the
   * service is ready.
   */
  async put(name: ServiceName, release: Release): Promise<void> {
    await this.#services.get(name)?.stop();
    const { oldFolder, env } = this.#options;
    const service = await startService({
      ...{ name, entry: name.replace(/-\d$/, '') as ServiceOptions['entry'], host: '127.0.0.1' },
      port: this.#ports.get(name) as number,
      folder: release === 'old' ? oldFolder : root,
      env: { ...process.env, ...env },
    });
    this.#services.set(name, service);
  }

  url(name: ServiceName): string {
    return `http://127.0.0.1:${this.#ports.get(name)}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#services.values()].map((service) => service.stop()));
  }
}

const names = ['api', 'gateway-1', 'gateway-2', 'recorder-1', 'recorder-2'] as const;

export type ServiceName = (typeof names)[number];

/** `old`: the previous release. `new`: the current one. */
export type Release = 'old' | 'new';

interface FleetOptions {
  /** Root folder of the previous release. */
  oldFolder: string;
  /** Environment variables of all services. */
  env: Record<string, string>;
}
