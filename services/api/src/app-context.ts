import type { Database } from '@parley/database';
import type { RedisConnection } from '@parley/redis';
import type { Hooks, Log, Registry, StoresMonitor, TokenVerifier, Traces } from '@parley/service';
import type { Accounts } from './accounts/accounts.ts';
import type { ApiConfig } from './config.ts';
import type { Outbox } from './events/outbox.ts';
import type { RateLimit } from './http/refusal.ts';
import type { Importer } from './imports/importer.ts';
import type { JobRunner } from './jobs/job-runner.ts';
import type { LinkPreviews } from './link-previews/link-previews.ts';
import type { MediaStore } from './media/media-store.ts';
import type { FenceCache } from './search/fence-cache.ts';
import type { SearchIndexer } from './search/indexer.ts';

/** The dependencies of the api. Handlers read them from `c.var.context`. */
export interface AppContext {
  config: ApiConfig;
  db: Database;
  redis: RedisConnection;
  tokens: TokenVerifier;
  log: Log;
  metrics: Registry;
  accounts: Accounts;
  outbox: Outbox;
  linkPreviews: LinkPreviews;
  media: MediaStore;
  importer: Pick<Importer, 'run'>;
  indexer: SearchIndexer;
  jobs: Pick<JobRunner, 'wake'>;
  /** Calls the operator's hooks. Undefined if no hooks are configured. */
  hooks: Hooks | undefined;
  fences: FenceCache;
  /** Monitors whether Redis and PostgreSQL belong to the same installation. */
  stores: Pick<StoresMonitor, 'matched' | 'reason'>;
  /** Traces messages that the server API sends. Undefined if tracing is off. */
  traces: Traces | undefined;
  /**
   * The user who sends the request. The events that the request causes count towards the limit of
   * this user. Undefined without an access token.
   */
  actor?: number;
}

/** The variables that every request has. */
export interface OpenEnv {
  Variables: {
    context: AppContext;
    /** The request id, which is sent in the header `x-request-id` and logged. */
    requestId: string;
    /** The rate limit that this request counted towards last. */
    rateLimit?: RateLimit;
  };
}

/** The variables of a request that has an access token. */
export interface CallerEnv {
  Variables: OpenEnv['Variables'] & { caller: Caller };
}

/** The user who sends the request. */
export interface Caller {
  user: number;
  session: string;
  /** Set if another issuer created the session. Only that issuer can end it. */
  foreign?: true;
}
