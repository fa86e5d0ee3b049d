/** A running chat backend under test, with its databases. */
export interface System extends AsyncDisposable {
  readonly name: SystemName;
  /** The process ids of each part. A part includes its child processes. */
  readonly processes: Partial<Record<Part, number[]>>;
  /** The ports of the gateways on 127.0.0.1. */
  readonly ports: number[];
  /** Root URL of the api. Undefined if the system has none. */
  readonly apiUrl?: string;
  /** Creates users. Each two consecutive users may write to each other. */
  createUsers(count: number): Promise<{ id: number; token: string }[]>;
  /** Creates the group of a benchmark. Returns its id. */
  createGroup(members: number[]): Promise<number>;
  /**
   * Returns an access token for a user, who need not exist. Undefined if the system cannot issue
   * one.
   */
  token?(id: number): string;
  /** Returns the bytes that Redis uses. */
  redisMemory?(): Promise<number>;
  /** Resolves when every acknowledged message is in PostgreSQL. */
  recorded(): Promise<void>;
  /**
   * Returns the times from accepting a message to its commit. Undefined if the acknowledgement
   * waits for the commit.
   */
  recordLag?(): Promise<Buckets>;
  /** Counts the message rows in PostgreSQL, and the rows that differ in owner or text. */
  countRows(): Promise<{ rows: number; distinct: number }>;
}

export type SystemName = 'parley' | 'socketio';

/** The parts whose CPU is measured, in the order of a message's path. */
export const parts = ['gateways', 'redis', 'recorder', 'postgres', 'api'] as const;

export type Part = (typeof parts)[number];

/**
 * A histogram: ascending upper bounds, of which the last one is Infinity, each with the count of
 * values at or below it.
 */
export type Buckets = { bound: number; count: number }[];
