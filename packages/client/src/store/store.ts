/**
 * Keeps what a client knows across reloads: values by key, all of which structured cloning and JSON can carry. One client writes
 * at a time.
 */
export interface Store {
  /** Everything there is. */
  read(): Promise<Map<string, unknown>>;
  /** Puts values, and removes those that are undefined: all of them or, if it rejects, none. */
  write(changes: Record<string, unknown>): Promise<void>;
  /** True when it lasts no longer than this page or process. */
  readonly volatile?: boolean;
  /** Ends the use of it; what was written stays. */
  close?(): void | Promise<void>;
}
