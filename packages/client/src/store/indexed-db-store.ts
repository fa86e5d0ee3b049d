import type { Store } from './store.ts';

/** Creates a store in an IndexedDB database with this name. */
export function indexedDbStore(name: string, factory: DatabaseFactory = browser.indexedDB): Store {
  let opening: Promise<Database> | undefined;
  const open = () => {
    opening ??= new Promise<Database>((resolve, reject) => {
      const request = factory.open(name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(VALUES);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    return opening;
  };
  const close = async () => {
    const closing = opening;
    opening = undefined;
    (await closing?.catch(() => undefined))?.close();
  };
  const run = async (mode: 'readonly' | 'readwrite', work: (values: Values) => void) => {
    try {
      const transaction = (await open()).transaction(VALUES, mode);
      const done = new Promise<void>((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onabort = () => reject(transaction.error);
      });
      work(transaction.objectStore(VALUES));
      await done;
    } catch (error) {
      // Opens the database again with the next call, because the browser closes it when the user
      // deletes site data.
      await close();
      throw error;
    }
  };
  return {
    read: async () => {
      let keys: Request<string[]> | undefined;
      let found: Request<unknown[]> | undefined;
      await run('readonly', (values) => {
        keys = values.getAllKeys();
        found = values.getAll();
      });
      return new Map(keys?.result.map((key, i) => [key, found?.result[i]]));
    },
    write: (changes) =>
      run('readwrite', (values) => {
        for (const [key, value] of Object.entries(changes)) {
          if (value === undefined) values.delete(key);
          else values.put(value, key);
        }
      }),
    close,
  };
}

/** Returns whether IndexedDB is available. */
export function hasIndexedDb(): boolean {
  return browser.indexedDB !== undefined;
}

const VALUES = 'values';
const browser = globalThis as unknown as { indexedDB: DatabaseFactory };

// The part of IndexedDB that the SDK uses. Declared here, so that apps need no browser types.

interface Request<T> {
  readonly result: T;
  readonly error: unknown;
  onsuccess: (() => void) | null;
  onerror: (() => void) | null;
}

interface Values {
  /** Returns all keys in ascending order. `getAll` returns the values in the same order. */
  getAllKeys(): Request<string[]>;
  getAll(): Request<unknown[]>;
  put(value: unknown, key: string): void;
  delete(key: string): void;
}

interface Database {
  createObjectStore(name: string): void;
  transaction(
    name: string,
    mode: string,
  ): {
    objectStore(name: string): Values;
    oncomplete: (() => void) | null;
    onabort: (() => void) | null;
    error: unknown;
  };
  close(): void;
}

/** The type of the global `indexedDB`. */
export interface DatabaseFactory {
  open(name: string, version: number): Request<Database> & { onupgradeneeded: (() => void) | null };
}
