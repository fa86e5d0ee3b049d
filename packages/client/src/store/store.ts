/**
 * A key-value store that keeps the client's state across reloads. Values are JSON. Only one client
 * writes to it at a time.
 */
export interface Store {
  /** Returns all entries of the store. */
  read(): Promise<Map<string, unknown>>;
  /**
   * Sets values, and removes the keys whose value is undefined. Atomic: if the call rejects,
   * nothing was written.
   */
  write(changes: Record<string, unknown>): Promise<void>;
  /** True if the entries are lost when the page or process ends. */
  readonly volatile?: boolean;
  /** Closes the store. Its entries are kept. */
  close?(): void | Promise<void>;
}
