/** A chat backend that is measured, running together with its databases. */
export interface System extends AsyncDisposable {
  readonly name: SystemName;
  /** Process ids by part. Child processes of these processes belong to the part too. */
  readonly processes: Partial<Record<Part, number[]>>;
  /** Ports on 127.0.0.1 at which the gateways listen. */
  readonly ports: number[];
  /** Root URL of the api. Undefined if the system has no api. */
  readonly apiUrl?: string;
  /** Creates users in pairs: each two consecutive users are allowed to write to each other. */
  createUsers(count: number): Promise<{ id: number; token: string }[]>;
  /** Creates a group with these members. Returns the group's id. */
  createGroup(members: number[]): Promise<number>;
  /**
   * Returns an access token for a user id. The user does not have to exist. Undefined if the system
   * cannot issue such tokens.
   */
  token?(id: number): string;
  /** Returns the number of bytes that Redis uses. */
  redisMemory?(): Promise<number>;
  /** Resolves when every acknowledged message is in PostgreSQL. */
  recorded(): Promise<void>;
  /**
   * Returns the histogram of the seconds from accepting a message to its commit. Undefined if the
   * system acknowledges only after the commit.
   */
  recordLag?(): Promise<Buckets>;
  /**
   * Counts the message rows in PostgreSQL, and the rows without duplicates. Two rows with the same
   * owner and text are duplicates.
   */
  countRows(): Promise<{ rows: number; distinct: number }>;
}

export type SystemName = 'parley' | 'socketio';

/** The parts of a system whose CPU is measured, in the order in which a message passes them. */
export const parts = ['gateways', 'redis', 'recorder', 'postgres', 'api'] as const;

export type Part = (typeof parts)[number];

/**
 * A histogram: upper bounds in ascending order, the last one Infinity, each with the number of
 * values at or below the bound.
 */
export type Buckets = { bound: number; count: number }[];
