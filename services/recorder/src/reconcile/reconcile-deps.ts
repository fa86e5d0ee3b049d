import type { Database, Pool } from '@parley/database';
import type { RedisConnection } from '@parley/redis';
import type { Log } from '@parley/service';

/** The stores that are reconciled. */
export interface ReconcileDeps {
  redis: RedisConnection;
  db: Database;
  /** A pool with a single connection, for the writer. */
  pool: Pool;
  log: Pick<Log, 'warn' | 'error'>;
}
