/**
 * A key-value store that keeps the client's state across reloads. Values are JSON. Only one client
 * writes at a time.
 */
export interface Store {
  /** Returns all entries. */
  read(): Promise<Map<string, unknown>>;
  /** Sets values and removes those that are undefined. Atomic: on rejection nothing is written. */
  write(changes: Record<string, unknown>): Promise<void>;
  /** True if entries are lost when the page or process ends. */
  readonly volatile?: boolean;
  /** Releases the store. Its entries stay. */
  close?(): void | Promise<void>;
}
