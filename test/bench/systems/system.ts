/** What is measured: a chat backend with its databases, running. */
export interface System extends AsyncDisposable {
  readonly name: SystemName;
  /** The process ids of each part; a part's children belong to it. */
  readonly processes: Partial<Record<Part, number[]>>;
  /** Where each gateway takes sockets, on 127.0.0.1. */
  readonly ports: number[];
  /** Makes users, of which each two neighbours may write to each other. */
  createUsers(count: number): Promise<{ id: number; token: string }[]>;
  /** Makes a group of users; absent where there are none. */
  createGroup?(members: number[]): Promise<number>;
  /** An access token for a user who need not exist; absent where there are none. */
  token?(id: number): string;
  /** Bytes that Redis uses. */
  redisMemory?(): Promise<number>;
  /** Resolves when every acknowledged message is in PostgreSQL. */
  recorded(): Promise<void>;
  /** Times from accepting a message to its commit so far; undefined where the acknowledgement waits for the commit. */
  recordLag?(): Promise<Buckets>;
  /** The messages in PostgreSQL: rows, and how many of them differ in owner or text. */
  countRows(): Promise<{ rows: number; distinct: number }>;
}

export type SystemName = 'parley' | 'socketio';

/** The parts CPU is counted for, in the order of a message's path. */
export const parts = ['gateways', 'redis', 'recorder', 'postgres', 'api'] as const;

export type Part = (typeof parts)[number];

/** A histogram: upper bounds in ascending order, the last being Infinity, with how many values lie at or below each. */
export type Buckets = { bound: number; count: number }[];
