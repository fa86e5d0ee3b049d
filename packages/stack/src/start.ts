import { existsSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { forgetRunning, noteRunning } from './backup/running.ts';
import { createDataFolder } from './data-folder.ts';
import { lockData } from './data-lock.ts';
import { createDemoAccounts, demo } from './demo.ts';
import { explain } from './explain.ts';
import { checkExternal } from './external.ts';
import { onStopSignal } from './on-stop-signal.ts';
import { restartOnBuild } from './restart-on-build.ts';
import { type Stack, startStack } from './stack.ts';
import { help, readStartOptions, type StartOptions } from './start-options.ts';
import { startPorts } from './start-ports.ts';
import { superviseStack } from './supervise.ts';
import { loopbackOf, urlOf } from './url-of.ts';

/**
 * `npm start`: runs the whole system until SIGINT, SIGTERM or SIGHUP. If it cannot start, prints
 * the reason in plain words and exits with code 1.
 */
export async function start(args: string[]): Promise<void> {
  let data = '.data';
  // Ignores errors of stdout, because the reading program might close the pipe, as in `npm start |
  // head`.
  process.stdout.on('error', () => {});
  try {
    const options = readStartOptions(args);
    data = options.data;
    if (options.help) say(help);
    else await run(options);
  } catch (error) {
    process.stderr.write(`${explain(error, data)}\n`);
    process.exit(1);
  }
}

async function run({ port, gateways, data, host, watch, inspect }: StartOptions): Promise<void> {
  const began = performance.now();
  const dataDir = createDataFolder(data);
  const address = host in loopbackOf ? outsideAddress() : host;
  await lockData(dataDir, urlOf(address, port));
  const { REDIS_URL: redisUrl, DATABASE_URL: databaseUrl } = process.env;
  await checkExternal({ redisUrl, databaseUrl });
  const ports = await startPorts(port, gateways, host);

  const stopping = new AbortController();
  let stack: Stack | undefined;
  onStopSignal(async () => {
    stopping.abort();
    say('Stopping');
    await stack?.stop();
    forgetRunning(dataDir);
  });
  const databases = { redisUrl, databaseUrl };
  stack = await startStack({
    ...databases,
    host,
    address,
    ports,
    gateways,
    dataDir,
    web: true,
    build: false,
    report: say,
    ...((watch || inspect) && { envOf: developmentEnv(inspect) }),
  });
  noteRunning(dataDir, stack.databases);
  superviseStack(stack, { signal: stopping.signal, report: say });
  if (watch) restartOnBuild(stack, say);

  const open = !databaseUrl && ['127.0.0.1', 'localhost', '::1'].includes(host);
  const accounts = open && (await demoAccounts(dataDir, stack));
  say(`Parley is ready after ${((performance.now() - began) / 1000).toFixed(1)} s; Ctrl-C stops it.\n`);
  tell('open', stack.apiUrl);
  if (accounts) tell('accounts', accounts);
  tell('api', `${stack.apiUrl}/v1  (try it at ${stack.apiUrl}/docs)`);
  for (const url of stack.gatewayUrls) tell('gateway', `${url.replace(/^http/, 'ws')}/v1/socket`);
  tell('data', `${data}  (logs in ${join(data, 'logs')})`);
}

/**
 * Returns a function that returns a service's environment for development. Stack traces name lines
 * of the sources, not of the bundle. With `inspect`, each service also gets a debugger port, from
 * 9229 on.
 */
function developmentEnv(inspect: boolean): (name: string) => NodeJS.ProcessEnv {
  const names: string[] = [];
  return (name) => {
    if (!inspect) return { NODE_OPTIONS: '--enable-source-maps' };
    if (!names.includes(name)) names.push(name);
    const port = 9229 + names.indexOf(name);
    say(`Debugger of ${name}: 127.0.0.1:${port}`);
    return { NODE_OPTIONS: `--enable-source-maps --inspect=127.0.0.1:${port}` };
  };
}

/**
 * Creates the demo accounts at the first start with this data folder. Returns their credentials as
 * text for the user.
 */
async function demoAccounts(dataDir: string, { apiUrl, gatewayUrls }: Stack): Promise<string> {
  const done = join(dataDir, 'demo');
  if (!existsSync(done)) {
    await createDemoAccounts(apiUrl, gatewayUrls[0] ?? apiUrl);
    writeFileSync(done, '');
  }
  return `${demo.usernames.join(' and ')}, password ${demo.password}`;
}

/** Returns the first IPv4 address at which other machines can reach this machine. */
function outsideAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  return addresses.find(({ internal, family }) => !internal && family === 'IPv4')?.address ?? '127.0.0.1';
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

const tell = (name: string, value: string): void => say(`  ${name.padEnd(10)}${value}`);
