/** The part of the browsers' `LockManager` that is used: `work` runs while nobody else holds the lock of that name. */
export interface Locks {
  request<T>(name: string, options: { signal?: Signal }, work: () => Promise<T>): Promise<T>;
}

/** The part of `AbortSignal` that is used: whoever uses the SDK need not have the types of a browser. */
export interface Signal {
  readonly reason: unknown;
  addEventListener(name: 'abort', listener: () => void): void;
}

/** The browser's locks; undefined where there are none, as in Node.js and in pages that are not served securely. */
export function browserLocks(): Locks | undefined {
  return (globalThis as { navigator?: { locks?: Locks } }).navigator?.locks;
}
