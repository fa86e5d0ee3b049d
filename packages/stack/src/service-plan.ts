import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { openLogFile } from './log-file.ts';
import type { ServiceOptions } from './service.ts';

/** Which services a stack runs, where each listens, and the environment they share. */
export async function planServices(plan: ServicePlan): Promise<ServiceOptions[]> {
  const { folder, host, gateways, recorders, address = host, databaseUrl, redisUrl } = plan;
  const [apiPort = await freePort(), ...chosen] = plan.ports ?? [];
  const gatewayPorts = await Promise.all(Array.from({ length: gateways }, (_, index) => chosen[index] ?? freePort()));
  const env = {
    MEDIA_DIR: join(folder, 'media'),
    ...process.env,
    DRAIN_TIME: '1s',
    ORIGINS: [...new Set([address, '127.0.0.1', 'localhost'])].map((name) => `http://${name}:${apiPort}`).join(),
    GATEWAY_URLS: gatewayPorts.map((port) => `http://${address}:${port}`).join(),
    TOKEN_SECRET: plan.tokenSecret,
    REDIS_URL: redisUrl,
    DATABASE_URL: databaseUrl,
    ...plan.env,
  };
  const service = (entry: ServiceOptions['entry'], name: string, port: number): ServiceOptions => ({
    ...{ entry, name, port, host, address, env: { ...env, ...plan.envOf?.(name) } },
    onOutput: openLogFile(join(folder, `logs/${name}.log`)),
  });
  return [
    service('api', 'api', apiPort),
    ...gatewayPorts.map((port, index) => service('gateway', `gateway-${index + 1}`, port)),
    ...(await Promise.all(
      Array.from({ length: recorders }, async (_, index) => ({
        ...service('recorder', `recorder-${index + 1}`, await freePort()),
        // Only its health is served, and that to nobody outside.
        ...{ host: '127.0.0.1', address: '127.0.0.1' },
      })),
    )),
  ];
}

export interface ServicePlan {
  /** Where logs and media go. */
  folder: string;
  /** The address services listen at. */
  host: string;
  /** The name in the addresses told to clients; `host` unless given. */
  address?: string | undefined;
  /** Ports of the api and of the gateways; free ones unless given. */
  ports?: number[] | undefined;
  gateways: number;
  recorders: number;
  tokenSecret: string;
  redisUrl: string;
  databaseUrl: string;
  /** More environment for all services; it wins over what the stack sets. */
  env?: NodeJS.ProcessEnv | undefined;
  /** More environment for one service, by its name; it wins over all else. */
  envOf?: ((name: string) => NodeJS.ProcessEnv) | undefined;
}
