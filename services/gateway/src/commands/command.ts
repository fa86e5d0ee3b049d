import type { ClientFrame, FrameOf } from '@parley/protocol';
import type { RedisConnection } from '@parley/redis';
import type { Log, PlainHistogram, TokenVerifier, Traces } from '@parley/service';
import type { AdmissionControl } from '../admission/admission-control.ts';
import type { LocalRates } from '../admission/budget.ts';
import type { UserRates } from '../admission/user-rates.ts';
import type { Config } from '../config.ts';
import type { RefusalReason } from '../counters.ts';
import type { FocusList } from '../presence/focus-list.ts';
import type { WatchList } from '../presence/watch-list.ts';
import type { StoreGuard } from '../redis/store-guard.ts';
import type { ExternalBearer, NoUser } from '../users/external-user.ts';
import type { Permits } from '../users/permits.ts';
import type { FrameSender, SenderConnection } from './frame-sender.ts';
import type { HookGate } from './hook-gate.ts';
import type { StreamAppends } from './stream-appends.ts';

/**
 * Runs a frame. Resolves with the reply frame as JSON, or with undefined for a plain `ack`. Throws
 * `Refusal` if the frame is rejected.
 */
export type Command<Type extends ClientFrame['type'], Sender = FrameSender> = (
  deps: CommandDeps,
  sender: Sender,
  frame: FrameOf<Type>,
) => Promise<string | undefined>;

/** A command that changes the sender's connection. */
export type ConnectionCommand<Type extends ClientFrame['type']> = Command<Type, SenderConnection>;

/** Dependencies of the commands. */
export interface CommandDeps {
  readonly config: CommandSettings;
  readonly redis: RedisConnection;
  readonly log: Pick<Log, 'warn'>;
  /** Receives the events of moderators. Undefined if the audit log is off. */
  readonly auditLog: Pick<Log, 'info'> | undefined;
  readonly counters: CommandCounters;
  readonly admission: Pick<AdmissionControl, 'admit' | 'release' | 'retryAfter'>;
  readonly rates: UserRates;
  readonly localRates: LocalRates;
  /** A clock in seconds, for rate limits. */
  readonly clock: { readonly now: number };
  readonly permits: Permits;
  readonly focusList: Pick<FocusList, 'focus'>;
  readonly watchList: Pick<WatchList, 'watch'>;
  readonly tokens: Pick<TokenVerifier, 'verify'>;
  readonly storeGuard: Pick<StoreGuard, 'refuse' | 'refuseNew' | 'refsLost'>;
  /** Returns the user of a token that an external issuer signed. */
  findExternalUser(bearer: ExternalBearer): Promise<number | NoUser>;
  readonly streams: Pick<StreamAppends, 'append' | 'flush'>;
  /** Calls the configured hooks before frames run. Undefined if no hooks are configured. */
  readonly hookGate: HookGate | undefined;
  /** Collects traces of messages. Undefined if tracing is off. */
  readonly traces: Traces | undefined;
}

export type CommandSettings = Pick<
  Config,
  | 'history'
  | 'sessionPolicy'
  | 'sendPolicy'
  | 'recallWindow'
  | 'maxCustom'
  | 'streamIdle'
  | 'streamTime'
  | 'maxStreams'
  | 'maxPins'
  | 'groupNotices'
>;

export interface CommandCounters {
  /** Number of client frames received. */
  frames: number;
  /** Counts a frame that is rejected with an error. */
  refuse(reason: RefusalReason): void;
  /** Histogram of the seconds from the receipt of a message to its acknowledgement. */
  readonly ack: Pick<PlainHistogram, 'observe'>;
  /** Messages accepted. */
  accepted: number;
  /** Number of resent messages that had already been accepted. */
  duplicates: number;
}
