import { waitFor } from '@parley/stack';
import pg from 'pg';
import {
  GenericContainer,
  getContainerRuntimeClient,
  Network,
  type StartedNetwork,
  type StartedTestContainer,
  Wait,
} from 'testcontainers';

/** Names of the variables that select the images for the containers of a system. */
export const systemImages = [
  'REDIS_IMAGE',
  'POSTGRES_IMAGE',
  'PARLEY_GATEWAY_IMAGE',
  'PARLEY_API_IMAGE',
  'PARLEY_RECORDER_IMAGE',
] as const;

/**
 * Redis, PostgreSQL and Parley's services in containers on a network of their own. There are two
 * gateways and one of each other service.
 */
export class System {
  readonly #network: StartedNetwork;
  readonly #containers = new Map<string, StartedTestContainer>();

  private constructor(network: StartedNetwork) {
    this.#network = network;
  }

  /** Starts all containers. Resolves when everything is ready. */
  static async start(images: Images): Promise<System> {
    const system = new System(await new Network().start());
    try {
      await Promise.all([system.#startRedis(images), system.#startPostgres(images)]);
      const migration = system.#parley(images.PARLEY_API_IMAGE, 'migrate').withCommand(['migrate.js']);
      await system.#keep('migrate', migration.withWaitStrategy(Wait.forOneShotStartup()));
      await Promise.all([
        system.#serve('gateway-1', images.PARLEY_GATEWAY_IMAGE, 8081),
        system.#serve('gateway-2', images.PARLEY_GATEWAY_IMAGE, 8081),
        system.#serve('api', images.PARLEY_API_IMAGE, 8080),
        system.#serve('recorder', images.PARLEY_RECORDER_IMAGE, 8083),
      ]);
      return system;
    } catch (error) {
      await system[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Returns the URL at which this machine reaches a service. */
  url(name: Served): string {
    const container = this.#container(name);
    return `http://${container.getHost()}:${container.getFirstMappedPort()}`;
  }

  /** Stops a container with SIGTERM and returns its exit code. The container keeps its data. */
  async stop(name: Name): Promise<number> {
    const docker = await this.#docker(name);
    await docker.stop({ t: 30 });
    return (await docker.inspect()).State.ExitCode;
  }

  async start(name: Name): Promise<void> {
    await (await this.#docker(name)).start();
  }

  /** Kills a container, which simulates a power failure. */
  async kill(name: Name): Promise<void> {
    await (await this.#docker(name)).kill();
  }

  /** Freezes all processes of a container. Its connections stay open, but it does not respond. */
  async pause(name: Name): Promise<void> {
    await (await this.#docker(name)).pause();
  }

  async unpause(name: Name): Promise<void> {
    await (await this.#docker(name)).unpause();
  }

  /**
   * Disconnects a container from the network. Its packets are lost, but no connection is closed.
   */
  async disconnect(name: Name): Promise<void> {
    await (await this.#wire()).disconnect({ Container: this.#container(name).getId(), Force: true });
  }

  /** Connects a container to the network again, probably with a different address. */
  async reconnect(name: Name): Promise<void> {
    const EndpointConfig = { Aliases: [name] };
    await (await this.#wire()).connect({ Container: this.#container(name).getId(), EndpointConfig });
  }

  /** Sends a GET request to a service. Returns the status 0 if it does not respond. */
  async get(name: Served, path: string): Promise<{ status: number; text: string }> {
    try {
      const response = await fetch(this.url(name) + path, { signal: AbortSignal.timeout(5000) });
      return { status: response.status, text: await response.text() };
    } catch {
      return { status: 0, text: '' };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(
      [...this.#containers.values()].map((it) => it.stop({ timeout: 1000, removeVolumes: true })),
    );
    await this.#network.stop();
  }

  async #startRedis({ REDIS_IMAGE }: Images): Promise<void> {
    const options = ['--appendonly', 'yes', '--appendfsync', 'always', '--protected-mode', 'no'];
    const redis = this.#onNetwork(REDIS_IMAGE, 'redis').withCommand(['redis-server', ...options]);
    await this.#keep('redis', redis.withWaitStrategy(Wait.forLogMessage(/Ready to accept connections/)));
  }

  async #startPostgres({ POSTGRES_IMAGE }: Images): Promise<void> {
    const env = { POSTGRES_USER: 'parley', POSTGRES_DB: 'parley', POSTGRES_PASSWORD: password };
    const container = this.#onNetwork(POSTGRES_IMAGE, 'postgres').withEnvironment(env).withExposedPorts(5432);
    await this.#keep('postgres', container.withWaitStrategy(Wait.forLogMessage(/ready to accept connections/)));
    const address = `127.0.0.1:${this.#container('postgres').getFirstMappedPort()}`;
    // Waits for the port, because the image starts PostgreSQL twice: first without a port to create
    // its data, then to serve.
    await waitFor(() => accepts(`postgres://parley:${password}@${address}/parley`), { timeout: 60_000 });
  }

  async #serve(name: Served, image: string, port: number): Promise<void> {
    const container = this.#parley(image, name).withExposedPorts(port);
    await this.#keep(name, container.withWaitStrategy(Wait.forHttp('/readyz', port)));
  }

  #parley(image: string, name: string): GenericContainer {
    return this.#onNetwork(image, name).withEnvironment({
      REDIS_URL: 'redis://redis:6379',
      DATABASE_URL: `postgres://parley:${password}@postgres:5432/parley`,
      TOKEN_SECRET: 'a secret of these tests that is long enough',
      PROBE_INTERVAL: '1s',
      DRAIN_TIME: '1s',
      COOKIE_SECURE: 'false',
      REGISTRATIONS_PER_MINUTE: '1000',
    });
  }

  #onNetwork(image: string, name: string): GenericContainer {
    return new GenericContainer(image).withNetwork(this.#network).withNetworkAliases(name).withStartupTimeout(60_000);
  }

  async #keep(name: string, container: GenericContainer): Promise<void> {
    this.#containers.set(name, await container.start());
  }

  #container(name: string): StartedTestContainer {
    const container = this.#containers.get(name);
    if (!container) throw new Error(`${name} does not run`);
    return container;
  }

  async #docker(name: Name) {
    return (await getContainerRuntimeClient()).container.getById(this.#container(name).getId());
  }

  async #wire() {
    return (await getContainerRuntimeClient()).network.getById(this.#network.getId());
  }
}

async function accepts(url: string): Promise<boolean> {
  const client = new pg.Client(url);
  client.on('error', () => {});
  return await client.connect().then(
    async () => {
      await client.end();
      return true;
    },
    () => false,
  );
}

const password = 'password-of-these-tests';

export type Served = 'gateway-1' | 'gateway-2' | 'api' | 'recorder';
export type Name = Served | 'redis' | 'postgres';
type Images = Record<(typeof systemImages)[number], string>;
