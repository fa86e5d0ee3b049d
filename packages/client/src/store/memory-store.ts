import type { Store } from './store.ts';

/** A store that lasts as long as this object, which several clients may use one after the other. */
export function memoryStore(): Store {
  const values = new Map<string, unknown>();
  return {
    volatile: true,
    read: async () => new Map([...values].map(([key, value]) => [key, structuredClone(value)])),
    write: async (changes) => put(values, structuredClone(changes)),
  };
}

/** Puts or removes values. */
export function put(values: Map<string, unknown>, changes: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) values.delete(key);
    else values.set(key, value);
  }
}
