import type { RedisConnection } from '@parley/redis';
import type { Log, Readiness, Registry, TokenVerifier } from '@parley/service';
import type { AdmissionControl } from '../admission/admission-control.ts';
import type { FrameHandler } from '../commands/frame-handler.ts';
import type { Config } from '../config.ts';
import type { Connection } from '../connection/connection.ts';
import type { ConnectionDeps } from '../connection/connection-deps.ts';
import type { Counters } from '../counters.ts';
import type { ExternalBearer, NoUser } from '../users/external-user.ts';
import type { Hub } from '../users/hub.ts';

/** Dependencies of the transports. */
export interface ServerDeps {
  readonly config: Config;
  readonly log: Log;
  readonly redis: RedisConnection;
  readonly tokens: Pick<TokenVerifier, 'verify'>;
  readonly admission: Pick<AdmissionControl, 'admitConnection'>;
  readonly hub: Pick<Hub, 'find' | 'visitor'>;
  readonly connectionDeps: ConnectionDeps<Connection>;
  readonly frames: FrameHandler;
  readonly counters: Counters;
  readonly metrics: Registry;
  /** Returns the user of a token that an external issuer signed. Never rejects. */
  findExternalUser(bearer: ExternalBearer): Promise<number | NoUser>;
  /** True after SIGTERM. The gateway then rejects new clients. */
  readonly draining: boolean;
  ready(): Readiness;
}
