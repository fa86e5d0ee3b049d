import type { Database } from '@parley/database';
import type { RedisConnection } from '@parley/redis';
import type { Hooks, Log, Registry, StoresMonitor, TokenVerifier, Traces } from '@parley/service';
import type { Accounts } from './accounts/accounts.ts';
import type { ApiConfig } from './config.ts';
import type { Outbox } from './events/outbox.ts';
import type { RateLimit } from './http/refusal.ts';
import type { Importer } from './imports/importer.ts';
import type { JobRunner } from './jobs/job-runner.ts';
import type { MediaStore } from './media/media-store.ts';
import type { FenceCache } from './search/fence-cache.ts';
import type { SearchIndexer } from './search/indexer.ts';

/** The dependencies of the api, which every request has as `c.var.context`. */
export interface AppContext {
  config: ApiConfig;
  db: Database;
  redis: RedisConnection;
  tokens: TokenVerifier;
  log: Log;
  metrics: Registry;
  accounts: Accounts;
  outbox: Outbox;
  media: MediaStore;
  importer: Pick<Importer, 'run'>;
  indexer: SearchIndexer;
  jobs: Pick<JobRunner, 'wake'>;
  /** Undefined if no hooks are configured. */
  hooks: Hooks | undefined;
  fences: FenceCache;
  /** Whether Redis and PostgreSQL belong together. */
  stores: Pick<StoresMonitor, 'matched' | 'reason'>;
  /** Spans of messages that the server API sends. Undefined if tracing is off. */
  traces: Traces | undefined;
  /**
   * The user who sends the request and is charged for the events that it causes. Undefined without
   * an access token.
   */
  actor?: number;
}

/** The variables of every request. */
export interface OpenEnv {
  Variables: {
    context: AppContext;
    /** Sent in the header `x-request-id` and logged. */
    requestId: string;
    /** The rate limit that was last charged for this request. */
    rateLimit?: RateLimit;
  };
}

/** The variables of a request with an access token. */
export interface CallerEnv {
  Variables: OpenEnv['Variables'] & { caller: Caller };
}

/** The user who sends the request. */
export interface Caller {
  user: number;
  session: string;
  /** Set if the session belongs to another issuer. Only the issuer can end it. */
  foreign?: true;
}
