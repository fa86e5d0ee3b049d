import { Redis } from 'ioredis';
import pg from 'pg';

/** Ms to wait for the reply of an external server. */
const TIMEOUT_MS = 5000;

/**
 * Checks that the user's own Redis and PostgreSQL accept connections.
 *
 * @throws NoExternalServer with a message for the user that contains no password
 */
export async function checkExternal({ redisUrl, databaseUrl }: External): Promise<void> {
  if (redisUrl) await check('REDIS_URL', 'Redis', redisUrl.split(',')[0] ?? '', pingRedis);
  if (databaseUrl) await check('DATABASE_URL', 'PostgreSQL', databaseUrl, pingPostgres);
}

async function check(variable: string, name: keyof typeof servers, text: string, ping: (url: string) => Promise<void>) {
  const url = text.trim();
  const { protocol, port, example } = servers[name];
  const { hostname = '', port: given = '', protocol: scheme = '' } = URL.canParse(url) ? new URL(url) : {};
  const isSocket = /^unix:|^\//.test(url);
  if (!isSocket && !protocol.test(scheme))
    throw new NoExternalServer(`${variable} is not an address such as ${example}`);
  // A URL without a host refers to a local socket.
  const address = hostname && !isSocket ? `${hostname}:${given || port}` : 'its local socket';
  await ping(url).catch((error: unknown) => {
    throw new NoExternalServer(
      `${variable}: cannot connect to ${name} at ${address}: ${reasonOf(error)}. ` +
        `Correct ${variable}, or remove it to start a ${name} on this machine.`,
    );
  });
}

const servers = {
  Redis: { protocol: /^rediss?:$/, port: 6379, example: 'redis://127.0.0.1:6379' },
  PostgreSQL: { protocol: /^postgres(ql)?:$/, port: 5432, example: 'postgresql://user:password@127.0.0.1:5432/parley' },
};

/** Returns the reason of an error. Puts errors that wrong settings cause into plain words. */
function reasonOf(error: unknown): string {
  const first = (error instanceof AggregateError ? error.errors[0] : error) as NodeJS.ErrnoException;
  const text = `${first.code ?? ''} ${first.message}`;
  const [, known] = reasons.find(([pattern]) => pattern.test(text)) ?? [];
  return known ?? first.message.replace(/\.$/, '');
}

const reasons: [RegExp, string][] = [
  [/ENOTFOUND|EAI_AGAIN/, 'the host name is unknown'],
  [/ECONNREFUSED/, 'nothing listens there'],
  [/ETIMEDOUT|timeout/i, `no reply within ${TIMEOUT_MS / 1000} s`],
  [/WRONGPASS|NOAUTH|28P01|28000/, 'the user name or password is wrong'],
  [/3D000/, 'the database does not exist'],
  [/ECONNRESET|EPIPE|Connection (terminated|is closed)/, 'the server closed the connection'],
];

async function pingRedis(url: string): Promise<void> {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let cause: Error | undefined;
  client.on('error', (error) => {
    cause = error;
  });
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    throw cause ?? error;
  } finally {
    client.disconnect();
  }
}

async function pingPostgres(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: TIMEOUT_MS });
  await client.connect();
  await client.end();
}

/** Thrown if a server whose URL is in the environment cannot be used. */
export class NoExternalServer extends Error {
  override name = 'NoExternalServer';
}

export interface External {
  redisUrl: string | undefined;
  databaseUrl: string | undefined;
}
