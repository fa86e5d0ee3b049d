import type { Connected, InboxPage, ResumePoint } from '@parley/redis';
import type { Log } from '@parley/service';
import type { Hub } from '../users/hub.ts';
import type { Clock } from './clock.ts';

/**
 * The dependencies of connections (`Self`) on the gateway. All connections share one object, so
 * that an idle connection uses little memory.
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
   * Reads a page of the user's inbox for a device.
   *
   * @param lossReported offset up to which a loss was reported to the connection
   */
  readInbox(user: number, from: ResumePoint, device: string, lossReported: number): Promise<InboxPage>;
  /** Adds a new connection of the user to the count of all gateways. */
  count(user: number, session: string): Promise<Connected>;
  /**
   * Removes a closed connection of the user from the count. The user counts as connected for
   * `linger` ms more.
   */
  uncount(user: number, linger: number): void;
  /**
   * Makes a connection the newest of its user and returns its number. `SESSION_POLICY=single` only.
   */
  raiseFence(user: number, session: string): Promise<number>;
  isRevoked(user: number, session: string): Promise<boolean>;
  /** Counts a connection as opening until the promise resolves. */
  opening(opened: Promise<void>): void;
  /** Called when the connection is live: sends the presence changes that it missed. */
  live(connection: Self): void;
  /** Called when the connection may not see the presence of some users any more. */
  checkWatch(connection: Self, users: number[]): void;
  /** Called when the connection is closed. */
  gone(connection: Self): void;
  /** Runs a frame that the connection's device sent by another transport. */
  runFrame(connection: Self, frame: unknown): void;
}

export interface ConnectionSettings {
  /** Seconds between pings. A client that stays silent for twice as long counts as disconnected. */
  heartbeat: number;
  /** Seconds without progress after which the connection of a slow reader is closed. */
  stallTime: number;
  /** Unsent bytes above which a connection stops forwarding live events. */
  maxUnsent: number;
  /** Whether a new connection of a user replaces the older ones. */
  single: boolean;
}

export interface ConnectionCounters {
  /** Number of live events passed to a transport. */
  delivered: number;
  /** Number of times that a live connection had to catch up. */
  catchUps: number;
  /** Called when a connection is closed with this code. */
  closed(code: number): void;
}

/** The user and device that connect, from the token and the request. */
export interface Claims {
  /** A random id. */
  connection: string;
  user: number;
  session: string;
  device: string;
  /** When the token expires, in Unix ms. */
  expires: number;
  /** False: the connection does not receive the copies of its own messages. Default: true. */
  echo?: boolean;
}
