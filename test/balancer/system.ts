import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  findHaproxy,
  freePort,
  type Haproxy,
  type ServiceProcess,
  type Stack,
  startHaproxy,
  startService,
  startStack,
} from '@parley/stack';
import { balancerConfig } from './config.ts';

/**
 * Returns the haproxy program for tests. If it is not installed, prints the reason and returns
 * undefined.
 */
export const findBalancer = () => findHaproxy((line) => process.stderr.write(`${line}\n`));

/** Three gateways and two apis behind a load balancer. */
export class BalancedSystem implements AsyncDisposable {
  readonly stack: Stack;
  readonly apis: ServiceProcess[];
  readonly balancer: Haproxy;
  readonly #folder: string;

  private constructor(stack: Stack, apis: ServiceProcess[], balancer: Haproxy, folder: string) {
    this.stack = stack;
    this.apis = apis;
    this.balancer = balancer;
    this.#folder = folder;
  }

  static async start({ env = {}, turns = false }: { env?: Record<string, string>; turns?: boolean } = {}) {
    const program = await findBalancer();
    if (!program) throw new Error('There is no haproxy');
    const folder = await mkdtemp(join(tmpdir(), 'parley-balancer-'));
    const port = await freePort();
    // Makes the balancer's address the gateway address that the api returns in each session.
    const shared = { ...common, MEDIA_DIR: folder, GATEWAY_URLS: `http://127.0.0.1:${port}`, ...env };
    const stack = await startStack({ gateways: 3, env: shared });
    try {
      const { api, gateways } = stack.processes;
      const { redisUrl, databaseUrl } = stack;
      const second = await startService({
        ...{ name: 'api-2', entry: 'api', host: '127.0.0.1', port: await freePort() },
        env: { ...process.env, ...shared, REDIS_URL: redisUrl, DATABASE_URL: databaseUrl },
      });
      const apis = [api, second];
      const ports = { port, gateways: gateways.map((each) => each.port), apis: apis.map((each) => each.port), turns };
      const balancer = await startHaproxy(program, await balancerConfig(ports), port);
      return new BalancedSystem(stack, apis, balancer, folder);
    } catch (error) {
      await stack.stop();
      throw error;
    }
  }

  get url(): string {
    return this.balancer.url;
  }

  get gateways(): ServiceProcess[] {
    return this.stack.processes.gateways;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.balancer.stop();
    await this.apis[1]?.stop();
    await this.stack.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

const common = {
  TOKEN_SECRET: 'a secret of the balancer, long enough for anyone',
  SEND_POLICY: 'anyone',
  ARGON2_MEMORY: '8KiB',
  ARGON2_TIME: '1',
  REGISTRATIONS_PER_MINUTE: '1000000',
  REQUESTS_PER_MINUTE: '1000000',
  SEND_RATE: '1000',
  SEND_BURST: '1000',
  LOG_LEVEL: 'warn',
};
