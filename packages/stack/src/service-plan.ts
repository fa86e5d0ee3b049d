import type { JsonWebKey } from 'node:crypto';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { openLogFile } from './log-file.ts';
import type { ServiceOptions } from './service.ts';
import { urlOf } from './url-of.ts';

/** Returns the options of all services of a stack, with their ports and environment variables. */
export async function planServices(plan: ServicePlan): Promise<ServiceOptions[]> {
  const { folder, host, gateways, recorders, address = host, databaseUrl, redisUrl } = plan;
  const [apiPort = await freePort(), ...chosen] = plan.ports ?? [];
  const gatewayPorts = await Promise.all(Array.from({ length: gateways }, (_, index) => chosen[index] ?? freePort()));
  const env = {
    MEDIA_DIR: join(folder, 'media'),
    ...process.env,
    DRAIN_TIME: '1s',
    ORIGINS: [...new Set([address, '127.0.0.1', 'localhost'])].map((name) => urlOf(name, apiPort)).join(),
    GATEWAY_URLS: gatewayPorts.map((port) => urlOf(address, port)).join(),
    TOKEN_SECRET: plan.tokenSecret,
    REDIS_URL: redisUrl,
    DATABASE_URL: databaseUrl,
    ...plan.env,
  };
  const service = (entry: ServiceOptions['entry'], name: string, port: number): ServiceOptions => ({
    ...{ entry, name, port, host, address, env: { ...env, ...keysOf(entry, plan), ...plan.envOf?.(name) } },
    onOutput: openLogFile(join(folder, `logs/${name}.log`)),
  });
  return [
    service('api', 'api', apiPort),
    ...gatewayPorts.map((port, index) => service('gateway', `gateway-${index + 1}`, port)),
    ...(await Promise.all(
      Array.from({ length: recorders }, async (_, index) => ({
        ...service('recorder', `recorder-${index + 1}`, await freePort()),
        // Listens only on this machine, because the recorder serves only health checks.
        ...{ host: '127.0.0.1', address: '127.0.0.1' },
      })),
    )),
  ];
}

/**
 * Returns the settings for the keys of access tokens: the api gets the key pair, gateways get only
 * the public key. Returns no settings if the environment already contains `TOKEN_SECRET`,
 * `TOKEN_KEYS` or `TOKEN_PUBLIC_KEYS`.
 */
function keysOf(entry: ServiceOptions['entry'], { tokenKey, env }: ServicePlan): NodeJS.ProcessEnv {
  const own = { ...process.env, ...env };
  if (tokenKey === undefined || own.TOKEN_SECRET || own.TOKEN_KEYS || own.TOKEN_PUBLIC_KEYS) return {};
  const { d, ...publicKey } = tokenKey;
  if (entry === 'api') return { TOKEN_KEYS: JSON.stringify([tokenKey]) };
  return entry === 'gateway' ? { TOKEN_PUBLIC_KEYS: JSON.stringify([publicKey]), TOKEN_SECRET: '' } : {};
}

export interface ServicePlan {
  /** Folder for logs and media files. */
  folder: string;
  /** Address on which the services listen. */
  host: string;
  /** Host name in the URLs that clients receive. Default: `host`. */
  address?: string | undefined;
  /** Port of the api, followed by the ports of the gateways. Default: free ports. */
  ports?: number[] | undefined;
  gateways: number;
  recorders: number;
  tokenSecret: string;
  /** Key pair that signs access tokens. Default: `tokenSecret` signs them. */
  tokenKey?: JsonWebKey | undefined;
  redisUrl: string;
  databaseUrl: string;
  /** Additional environment variables for all services. They override those of the stack. */
  env?: NodeJS.ProcessEnv | undefined;
  /**
   * Returns additional environment variables for the service with this name. They override all
   * others.
   */
  envOf?: ((name: string) => NodeJS.ProcessEnv) | undefined;
}
