import type { Database } from '@parley/database';
import type { RedisConnection } from '@parley/redis';
import type { Log, Registry, StoresMonitor, TokenVerifier, Traces } from '@parley/service';
import type { Accounts } from './accounts/accounts.ts';
import type { ApiConfig } from './config.ts';
import type { Outbox } from './events/outbox.ts';
import type { RateLimit } from './http/refusal.ts';
import type { MediaStore } from './media/media-store.ts';
import type { FenceCache } from './search/fence-cache.ts';
import type { SearchIndexer } from './search/indexer.ts';

/** What the api is made of; every request carries it as `c.var.context`. */
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
  indexer: SearchIndexer;
  fences: FenceCache;
  /** Whether Redis and PostgreSQL belong together. */
  stores: Pick<StoresMonitor, 'matched' | 'reason'>;
  /** Of messages that the server API sends; undefined where nothing is traced. */
  traces: Traces | undefined;
}

/** What a request carries. */
export interface OpenEnv {
  Variables: {
    context: AppContext;
    /** Told in the header `x-request-id` and in the log. */
    requestId: string;
    /** The rate limit that counted this request last. */
    rateLimit?: RateLimit;
  };
}

/** What a request of someone signed in carries. */
export interface CallerEnv {
  Variables: OpenEnv['Variables'] & { caller: Caller };
}

/** Who asks. */
export interface Caller {
  user: number;
  session: string;
  /** The session is one of another issuer's, who ends it. */
  foreign?: true;
}
