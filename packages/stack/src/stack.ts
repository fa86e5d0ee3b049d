import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { migrate } from '@parley/database';
import { type Databases, startDatabases } from './databases.ts';
import { temporaryFolder } from './process/folder.ts';
import { root } from './root.ts';
import { readSecrets, type Secrets } from './secrets.ts';
import { ServiceProcess } from './service.ts';
import { planServices } from './service-plan.ts';

/**
 * Starts the whole system on this machine: a Redis, a PostgreSQL with the newest schema, the api, gateways and recorders.
 * Resolves when every one of them can serve; if one cannot, all are stopped and its reason is thrown.
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const { gateways = 1, recorders = 1, host = '127.0.0.1', report = () => {}, build = true, web = false } = options;
  // One after the other: both run on esbuild, which the first one stops at its end.
  if (build) await buildServices();
  if (build && web) await buildWeb();
  const folder = options.dataDir
    ? { path: resolve(options.dataDir), remove: async () => {} }
    : await temporaryFolder('stack');
  const services: ServiceProcess[] = [];
  let databases: Databases | undefined;
  const stop = async () => {
    await Promise.all(services.map((service) => service.stop()));
    await databases?.stop();
    await folder.remove();
  };

  try {
    await mkdir(folder.path, { recursive: true });
    const secrets = await readSecrets(folder.path);
    databases = await startDatabases({ ...options, report, folder: folder.path, password: secrets.postgres });
    const { redisUrl, databaseUrl } = databases;
    await migrate(databaseUrl);
    const plan = { folder: folder.path, host, gateways, recorders, tokenSecret: secrets.token, redisUrl, databaseUrl };
    const { address, ports, envOf } = options;
    const env = { ...(web && webEnv(secrets)), ...options.env };
    services.push(
      ...(await planServices({ ...plan, address, ports, env, envOf })).map((part) => new ServiceProcess(part)),
    );
    await Promise.all(services.map((service) => service.restart()));

    const [api, ...others] = services as [ServiceProcess, ...ServiceProcess[]];
    const processes = { api, gateways: others.slice(0, gateways), recorders: others.slice(gateways) };
    const gatewayUrls = processes.gateways.map((gateway) => gateway.url);
    return {
      apiUrl: api.url,
      gatewayUrls,
      redisUrl,
      databaseUrl,
      processes,
      databases,
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Has the api serve the web client, and push to browsers. */
function webEnv({ push }: Secrets): NodeJS.ProcessEnv {
  return {
    WEB_ROOT: join(root, 'services/web/dist'),
    PUSH_PUBLIC_KEY: process.env.PUSH_PUBLIC_KEY ?? push.public,
    PUSH_PRIVATE_KEY: process.env.PUSH_PRIVATE_KEY ?? push.private,
  };
}

/** Once per process. The bundler is loaded only where something is to be built. */
async function buildServices(): Promise<void> {
  const script = pathToFileURL(join(root, 'packages/stack/bin/build.mjs')).href;
  built ??= import(/* @vite-ignore */ script).then(({ build }) => build());
  await built;
}

async function buildWeb(): Promise<void> {
  const script = pathToFileURL(join(root, 'packages/stack/bin/build-web.mjs')).href;
  builtWeb ??= import(/* @vite-ignore */ script).then(({ buildWeb }) => buildWeb());
  await builtWeb;
}

let built: Promise<void> | undefined;
let builtWeb: Promise<void> | undefined;

export interface StackOptions {
  /** How many gateways; 1 unless given. */
  gateways?: number;
  /** How many recorders; 1 unless given. */
  recorders?: number;
  /** More environment for all services; it wins over what the stack sets. */
  env?: NodeJS.ProcessEnv;
  /** More environment for one service by its name, such as `gateway-1`; it wins over all else. */
  envOf?: (name: string) => NodeJS.ProcessEnv;
  /** A Redis Cluster of three masters, with no data kept between starts, instead of one Redis. */
  redisCluster?: boolean;
  /** A Redis to use instead of starting one; with commas between, the nodes of a cluster. */
  redisUrl?: string | undefined;
  /** A PostgreSQL to use instead of starting one. */
  databaseUrl?: string | undefined;
  /** Where data and logs live; a folder that goes with the stack unless given. */
  dataDir?: string;
  /** The address services listen at; 127.0.0.1 unless given. */
  host?: string;
  /** The name in the addresses told to clients; `host` unless given. */
  address?: string;
  /** Ports of the api and of each gateway; free ones unless given. */
  ports?: number[];
  /** Whether to bundle the services first; yes unless given. */
  build?: boolean;
  /** Whether the api serves the web client and pushes to browsers; no unless given. */
  web?: boolean;
  /** Hears of long steps. */
  report?: (line: string) => void;
}

/** Everything that runs; it ends with this process at the latest. */
export interface Stack extends AsyncDisposable {
  apiUrl: string;
  /** The roots of the gateways: `http://127.0.0.1:8081`. */
  gatewayUrls: string[];
  /** With commas between, the nodes of a cluster. */
  redisUrl: string;
  databaseUrl: string;
  processes: { api: ServiceProcess; gateways: ServiceProcess[]; recorders: ServiceProcess[] };
  databases: Databases;
  /** Drains and stops the services, then the databases. */
  stop(): Promise<void>;
}
