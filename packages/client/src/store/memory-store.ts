import type { Store } from './store.ts';

/** Creates a store in memory. Several clients can use it one after the other. */
export function memoryStore(): Store {
  const values = new Map<string, unknown>();
  return {
    volatile: true,
    read: async () => new Map([...values].map(([key, value]) => [key, structuredClone(value)])),
    write: async (changes) => applyWrites(values, structuredClone(changes)),
  };
}

/** Sets values, and removes the keys whose value is undefined. */
export function applyWrites(values: Map<string, unknown>, changes: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) values.delete(key);
    else values.set(key, value);
  }
}
