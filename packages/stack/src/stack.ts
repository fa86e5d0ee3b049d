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
 * gateways and recorders. Resolves when all of them are ready. If one part does not start, stops
 * the others and throws the error of the failed part.
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const { gateways = 1, recorders = 1, host = '127.0.0.1', report = () => {}, build = true, web = false } = options;
  // Runs the two builds one after the other, because both use esbuild, and the first one stops
  // esbuild at its end.
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

/**
 * Returns the settings with which the api serves the web client and sends push notifications to
 * browsers.
 */
function webEnv({ push }: Secrets): NodeJS.ProcessEnv {
  return {
    WEB_ROOT: join(root, 'services/web/dist'),
    PUSH_PUBLIC_KEY: process.env.PUSH_PUBLIC_KEY ?? push.public,
    PUSH_PRIVATE_KEY: process.env.PUSH_PRIVATE_KEY ?? push.private,
  };
}

/** Builds the services once per process. Loads the bundler only when it is needed. */
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
  /** Additional environment variables for all services. They override those of the stack. */
  env?: NodeJS.ProcessEnv;
  /**
   * Returns additional environment variables for the service with this name, such as `gateway-1`.
   * They override all others.
   */
  envOf?: (name: string) => NodeJS.ProcessEnv;
  /**
   * Whether to start a Redis Cluster of three masters with temporary data instead of one Redis.
   * Default: false.
   */
  redisCluster?: boolean;
  /**
   * URL of an external Redis, or URLs of cluster nodes separated by commas. Default: the stack
   * starts a Redis.
   */
  redisUrl?: string | undefined;
  /** URL of an external PostgreSQL. Default: the stack starts a PostgreSQL. */
  databaseUrl?: string | undefined;
  /** Folder for data and logs. Default: a temporary folder. */
  dataDir?: string;
  /** Address on which the services listen. Default: 127.0.0.1. */
  host?: string;
  /** Host name in the URLs that clients receive. Default: `host`. */
  address?: string;
  /** Port of the api, followed by the ports of the gateways. Default: free ports. */
  ports?: number[];
  /** Whether to build the services before they start. Default: true. */
  build?: boolean;
  /**
   * Whether the api serves the web client and sends push notifications to browsers. Default: false.
   */
  web?: boolean;
  /** Called with a line for the user before a long step. */
  report?: (line: string) => void;
}

/** A system that runs on this machine. It ends when this process ends. */
export interface Stack extends AsyncDisposable {
  apiUrl: string;
  /** Root URLs of the gateways, such as `http://127.0.0.1:8081`. */
  gatewayUrls: string[];
  /** URL of Redis, or URLs of cluster nodes separated by commas. */
  redisUrl: string;
  databaseUrl: string;
  processes: { api: ServiceProcess; gateways: ServiceProcess[]; recorders: ServiceProcess[] };
  databases: Databases;
  /** Drains and stops the services, then stops the databases. */
  stop(): Promise<void>;
}
