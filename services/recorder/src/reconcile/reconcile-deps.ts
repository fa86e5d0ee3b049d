import type { Database, Pool } from '@parley/database';
import type { RedisConnection } from '@parley/redis';
import type { Log } from '@parley/service';

/** The stores to reconcile. */
export interface ReconcileDeps {
  redis: RedisConnection;
  db: Database;
  /** A connection pool with a single connection, which writes entries. */
  pool: Pool;
  log: Pick<Log, 'warn' | 'error'>;
}
