import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Tables } from './tables/index.ts';

/** A Kysely instance with the types of Parley's tables. `destroy()` closes its connections. */
export type Database = Kysely<Tables>;

export interface DatabaseOptions {
  /** Connection URL: `postgres://user:password@host:port/database` */
  url: string;
  /** Maximum number of connections in the pool. Default: 10. */
  maxConnections?: number;
  /** Ms that a query waits for a free connection before it fails. Default: 5000. */
  connectTimeout?: number;
  /** Ms after which PostgreSQL cancels a statement. 0: never. Default: 0. */
  statementTimeout?: number;
  /** Name of the connections in PostgreSQL's `pg_stat_activity`. */
  name?: string;
  /** Called when an idle connection fails. The pool then replaces the connection. */
  onError?: (error: Error) => void;
}

/**
 * Creates a connection pool for Kysely. The first query opens a connection. Returns `bigint`
 * columns as numbers, and throws for a value beyond 2^53.
 */
export function openDatabase(options: DatabaseOptions): Database {
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: createPool(options, {}) }) });
}

/**
 * Creates a connection pool without Kysely, for prepared statements. Pipelines concurrent
 * statements on one connection. `end()` closes its connections.
 *
 * @param session PostgreSQL settings of each connection, such as `jit: 'off'`
 */
export function openPool(options: DatabaseOptions, session: Record<string, string> = {}): Pool {
  const pool = createPool(options, { pipeline: true });
  // Sends the session settings as a statement, because connection poolers reject them as startup
  // options. If the statement fails, the next query fails too.
  for (const [setting, value] of Object.entries(session)) {
    pool.on('connect', (client) => {
      client.query('select set_config($1, $2, false)', [setting, value]).catch(() => {});
    });
  }
  return pool;
}

function createPool(options: DatabaseOptions, more: pg.PoolConfig): Pool {
  const { statementTimeout } = options;
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: options.connectTimeout ?? 5_000,
    application_name: options.name ?? 'parley',
    keepAlive: true,
    types: { getTypeParser },
    // Sets a client-side timeout as well, because a crashed server does not cancel statements.
    ...(statementTimeout ? { statement_timeout: statementTimeout, query_timeout: statementTimeout + 1000 } : {}),
    ...more,
  });
  pool.on('error', (error) => options.onError?.(error));
  // Ignores connection errors between two queries of a transaction, because without a listener
  // such an error ends the process. The next query fails instead.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

export type Pool = pg.Pool;
export type Connection = pg.PoolClient;

const INT8 = 20;
const INT8_ARRAY = 1016;

function getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (oid === INT8) return parseId;
  if (oid === INT8_ARRAY) return (value) => (value === '{}' ? [] : value.slice(1, -1).split(',').map(parseId));
  return pg.types.getTypeParser(oid, format as 'text');
}

function parseId(value: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${value} is not exact in a JavaScript number`);
  return number;
}
