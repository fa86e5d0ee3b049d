import type { Connected, InboxPage, ResumePoint } from '@parley/redis';
import type { Log } from '@parley/service';
import type { Hub } from '../users/hub.ts';
import type { LocalUser } from '../users/local-user.ts';
import type { Clock } from './clock.ts';

/**
 * Dependencies of the connections (`Self`) of a gateway. All connections share one object, so that
 * an idle connection uses little memory.
 */
export interface ConnectionDeps<Self> {
  readonly clock: Pick<Clock, 'now' | 'second'>;
  readonly log: Pick<Log, 'debug'>;
  readonly settings: ConnectionSettings;
  readonly counters: ConnectionCounters;
  readonly hub: Pick<Hub, 'join' | 'leave'>;
  /** The open connections of this gateway. */
  readonly connections: Set<Self>;
  /**
   * Reads a page of the user's inbox for a device, and charges the user for the page.
   *
   * @param lossReported offset of the last lost event that the connection has already reported to
   * its client
   */
  readInbox(user: LocalUser, from: ResumePoint, device: string, lossReported: number): Promise<InboxPage>;
  /** Returns the ms until the user's connections are allowed to read the inbox again. 0: now. */
  msUntilRead(user: LocalUser): number;
  /** Adds a new connection to the number of the user's connections on all gateways. */
  count(user: number, session: string): Promise<Connected>;
  /**
   * Subtracts a closed connection from the number of the user's connections on all gateways. The
   * user counts as connected for another `linger` ms.
   */
  uncount(user: number, linger: number): void;
  /**
   * Registers a connection as the newest of the user, which closes the user's older connections,
   * and returns the sequence number of the new one. Used only with `SESSION_POLICY=single`.
   */
  raiseFence(user: number, session: string): Promise<number>;
  isRevoked(user: number, session: string): Promise<boolean>;
  /** Counts a connection as opening until the promise settles. */
  opening(opened: Promise<void>): void;
  /**
   * Called when a connection starts to forward live events. Sends the presence changes that it
   * missed.
   */
  live(connection: Self): void;
  /**
   * Called when the user of a connection is no longer allowed to see the presence of some users.
   */
  checkWatch(connection: Self, users: number[]): void;
  /** Called when the connection is closed. */
  gone(connection: Self): void;
  /** Runs a frame that the connection's device sent over another transport. */
  runFrame(connection: Self, frame: unknown): void;
}

export interface ConnectionSettings {
  /** Seconds between pings. A client that stays silent for twice as long counts as disconnected. */
  heartbeat: number;
  /** Seconds without progress after which the gateway closes the connection of a slow reader. */
  stallTime: number;
  /** Number of unsent bytes above which a connection stops forwarding live events. */
  maxUnsent: number;
  /** Whether a new connection of a user closes the older ones. */
  single: boolean;
}

export interface ConnectionCounters {
  /** Number of live events that were passed to a transport. */
  delivered: number;
  /** Number of times that a live connection had to return to reading its inbox. */
  catchUps: number;
  /** Called with the close code when a connection is closed. */
  closed(code: number): void;
}

/** Identity of a connecting client, from its access token and request. */
export interface Claims {
  /** A random id. */
  connection: string;
  user: number;
  session: string;
  device: string;
  /** Expiry of the access token, in Unix ms. */
  expires: number;
  /** Whether the connection receives copies of its own messages. Default: true. */
  echo?: boolean;
}
