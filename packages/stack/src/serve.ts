import { join } from 'node:path';
import { forgetRunning, noteRunning } from './backup/running.ts';
import { createDataFolder } from './data-folder.ts';
import { lockData } from './data-lock.ts';
import { explain } from './explain.ts';
import { checkExternal } from './external.ts';
import { type Front, startFront } from './front/front.ts';
import { onStopSignal } from './on-stop-signal.ts';
import { readServeOptions, serveHelp } from './serve-options.ts';
import { type Stack, startStack } from './stack.ts';
import { superviseStack } from './supervise.ts';

/**
 * `npm run serve`: runs the whole system for production on one port, until SIGINT, SIGTERM or
 * SIGHUP. If it cannot start, prints the reason in plain words and exits with code 1.
 */
export async function serve(args: string[]): Promise<void> {
  let data = '.data';
  process.stdout.on('error', () => {});
  try {
    const options = readServeOptions(args);
    data = options.data;
    if (options.help) say(serveHelp);
    else await run(options);
  } catch (error) {
    process.stderr.write(`${explain(error, data)}\n`);
    process.exit(1);
  }
}

async function run(options: ReturnType<typeof readServeOptions>): Promise<void> {
  const { domain, data, host, port, gateways, tls } = options;
  const dataDir = createDataFolder(data);
  const url = `https://${domain}`;
  await lockData(dataDir, url);
  const { REDIS_URL: redisUrl, DATABASE_URL: databaseUrl } = process.env;
  await checkExternal({ redisUrl, databaseUrl });

  const stopping = new AbortController();
  let stack: Stack | undefined;
  let front: Front | undefined;
  onStopSignal(async () => {
    stopping.abort();
    say('Stopping');
    await stack?.stop();
    await front?.stop();
    forgetRunning(dataDir);
  });
  stack = await startStack({
    ...{ redisUrl, databaseUrl, dataDir, gateways, web: true, build: false, report: say },
    env: productionEnv(url),
  });
  noteRunning(dataDir, stack.databases);
  superviseStack(stack, { signal: stopping.signal, report: say });
  front = await startFront({ host, port, tls, api: stack.apiUrl, gateways: stack.gatewayUrls });
  say(`Parley serves ${url} at ${host}:${port}${tls ? '' : ', behind a proxy that terminates TLS'}.`);
  say(`Data are in ${data}, logs in ${join(data, 'logs')}.`);
}

/** Returns the settings of all services of an installation that users reach at `url`. */
function productionEnv(url: string): NodeJS.ProcessEnv {
  const { env } = process;
  return {
    ...{ NODE_ENV: 'production', COOKIE_SECURE: 'true', GATEWAY_URLS: url, ORIGINS: url, PUBLIC_URL: url },
    DRAIN_TIME: env.DRAIN_TIME ?? '10s',
    // The front connects from this machine.
    TRUSTED_PROXIES: ['127.0.0.1', env.TRUSTED_PROXIES].filter(Boolean).join(),
  };
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
