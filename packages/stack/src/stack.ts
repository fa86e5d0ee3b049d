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
 * Starts the whole system on this machine: Redis, PostgreSQL with the newest schema, the api,
 * gateways and recorders. Resolves when all are ready. If one does not start, stops the others and
 * throws its error.
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const { gateways = 1, recorders = 1, host = '127.0.0.1', report = () => {}, build = true, web = false } = options;
  // The builds run one after the other, because both use esbuild, and the first one stops it.
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
    const { tokenKey } = secrets;
    const { address, ports, envOf } = options;
    const env = { ...(web && webEnv(secrets)), ...options.env };
    services.push(
      ...(await planServices({ ...plan, tokenKey, address, ports, env, envOf })).map(
        (part) => new ServiceProcess(part),
      ),
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

/** Settings of the api to serve the web client and to push to browsers. */
function webEnv({ push }: Secrets): NodeJS.ProcessEnv {
  return {
    WEB_ROOT: join(root, 'services/web/dist'),
    PUSH_PUBLIC_KEY: process.env.PUSH_PUBLIC_KEY ?? push.public,
    PUSH_PRIVATE_KEY: process.env.PUSH_PRIVATE_KEY ?? push.private,
  };
}

/** Builds once per process. Loads the bundler only when it is needed. */
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
  /** Number of gateways. Default: 1. */
  gateways?: number;
  /** Number of recorders. Default: 1. */
  recorders?: number;
  /** Additional environment of all services. It overrides the environment of the stack. */
  env?: NodeJS.ProcessEnv;
  /**
   * Returns the additional environment of a service by its name, such as `gateway-1`. It overrides
   * all others.
   */
  envOf?: (name: string) => NodeJS.ProcessEnv;
  /**
   * Whether to start a Redis Cluster of three masters instead of one Redis. Its data is temporary.
   */
  redisCluster?: boolean;
  /** URL of an external Redis, or comma-separated nodes of a cluster. */
  redisUrl?: string | undefined;
  /** URL of an external PostgreSQL. */
  databaseUrl?: string | undefined;
  /** Folder of data and logs. Default: a temporary folder. */
  dataDir?: string;
  /** Address on which services listen. Default: 127.0.0.1. */
  host?: string;
  /** Host name in the URLs that clients get. Default: `host`. */
  address?: string;
  /** Ports of the api and of the gateways. Default: free ports. */
  ports?: number[];
  /** Whether to bundle the services first. Default: true. */
  build?: boolean;
  /** Whether to serve the web client and to push to browsers. Default: false. */
  web?: boolean;
  /** Called before long steps. */
  report?: (line: string) => void;
}

/** A running system. It ends with this process. */
export interface Stack extends AsyncDisposable {
  apiUrl: string;
  /** Root URLs of the gateways: `http://127.0.0.1:8081`. */
  gatewayUrls: string[];
  /** Comma-separated nodes if it is a cluster. */
  redisUrl: string;
  databaseUrl: string;
  processes: { api: ServiceProcess; gateways: ServiceProcess[]; recorders: ServiceProcess[] };
  databases: Databases;
  /** Drains and stops the services, then the databases. */
  stop(): Promise<void>;
}
