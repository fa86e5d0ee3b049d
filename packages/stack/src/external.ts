import { Redis } from 'ioredis';
import pg from 'pg';

/**
 * Connects to the user's own Redis and PostgreSQL.
 *
 * @throws NoExternalServer with a message for the user, without passwords
 */
export async function checkExternal({ redisUrl, databaseUrl }: External): Promise<void> {
  if (redisUrl) await pingRedis(redisUrl).catch((error) => fail('REDIS_URL', 'Redis', redisUrl, error));
  if (databaseUrl)
    await pingPostgres(databaseUrl).catch((error) => fail('DATABASE_URL', 'PostgreSQL', databaseUrl, error));
}

async function pingRedis(urls: string): Promise<void> {
  const [first = ''] = urls.split(',');
  const client = new Redis(first.trim(), { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
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
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  await client.connect();
  await client.end();
}

function fail(variable: string, what: string, url: string, error: unknown): never {
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const host = /@?([^@/]+)(\/[^@]*)?$/.exec(url.split(',')[0] ?? '')?.[1] ?? url;
  throw new NoExternalServer(`${variable}: ${what} at ${host} does not answer (${(first as Error).message}).`);
}

/** A server named in the environment cannot be used. */
export class NoExternalServer extends Error {
  override name = 'NoExternalServer';
}

export interface External {
  redisUrl: string | undefined;
  databaseUrl: string | undefined;
}
