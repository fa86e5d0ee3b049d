/**
 * The part of the browser's `LockManager` that the SDK uses. `request` runs `work` while it holds
 * the named lock exclusively.
 */
export interface Locks {
  request<T>(name: string, options: { signal?: Signal }, work: () => Promise<T>): Promise<T>;
}

/**
 * The part of `AbortSignal` that the SDK uses. Declared here, so that apps need no browser types.
 */
export interface Signal {
  readonly reason: unknown;
  addEventListener(name: 'abort', listener: () => void): void;
}

/** Returns the browser's lock manager. Undefined in Node.js and in pages without HTTPS. */
export function browserLocks(): Locks | undefined {
  return (globalThis as { navigator?: { locks?: Locks } }).navigator?.locks;
}
