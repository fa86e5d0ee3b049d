import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Tables } from './tables/index.ts';

/** Where services read and write. `destroy()` closes its connections. */
export type Database = Kysely<Tables>;

export interface DatabaseOptions {
  /** `postgres://user:password@host:port/database` */
  url: string;
  /** Connections at most; 10 unless given. */
  maxConnections?: number;
  /** Ms to wait for a connection before a query fails; 5000 unless given. */
  connectTimeout?: number;
  /** Ms after which the server ends a statement; 0 (the default) for never. */
  statementTimeout?: number;
  /** What this process is called in `pg_stat_activity`. */
  name?: string;
  /** Told when an idle connection breaks; the pool replaces it. Nothing is told unless given. */
  onError?: (error: Error) => void;
}

/** Opens nothing yet: the first query connects. `bigint` columns are read as numbers; one beyond 2^53 throws. */
export function openDatabase(options: DatabaseOptions): Database {
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: createPool(options, {}) }) });
}

/**
 * Connections without Kysely, for prepared statements; statements given without waiting for each other share one round
 * trip. `end()` closes them.
 *
 * @param session settings of each connection, such as `jit: 'off'`
 */
export function openPool(options: DatabaseOptions, session: Record<string, string> = {}): Pool {
  const pool = createPool(options, { pipeline: true });
  // Not as startup options: connection poolers refuse those. A failure shows in the query that follows.
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
    // A server that is silent ends no statement itself.
    ...(statementTimeout ? { statement_timeout: statementTimeout, query_timeout: statementTimeout + 1000 } : {}),
    ...more,
  });
  pool.on('error', (error) => options.onError?.(error));
  // One that breaks while in use, between two queries of a transaction, has no other listener, and would end the process. The next
  // query on it fails.
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
