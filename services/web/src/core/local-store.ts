/**
 * Stores small values in localStorage. If the browser refuses, keeps them in memory until the page
 * closes.
 */
export const localStore = {
  get(key: string): string | undefined {
    try {
      return localStorage.getItem(PREFIX + key) ?? memory.get(key);
    } catch {
      return memory.get(key);
    }
  },
  /** Stores a value. `undefined` removes it. */
  set(key: string, value: string | undefined): void {
    if (value === undefined) memory.delete(key);
    else memory.set(key, value);
    try {
      if (value === undefined) localStorage.removeItem(PREFIX + key);
      else localStorage.setItem(PREFIX + key, value);
    } catch {
      // localStorage is full or blocked, so the value stays in memory only.
    }
  },
  /** Returns all keys that begin with a prefix. */
  keys(prefix: string): string[] {
    const keys = new Set([...memory.keys()]);
    try {
      for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) keys.add(key.slice(PREFIX.length));
    } catch {
      // localStorage is blocked, so only the keys in memory exist.
    }
    return [...keys].filter((key) => key.startsWith(prefix));
  },
  /** Calls `listener` whenever another tab stores or removes a value. */
  onChange(listener: (key: string, value: string | undefined) => void): void {
    addEventListener('storage', ({ key, newValue }) => {
      if (key?.startsWith(PREFIX)) listener(key.slice(PREFIX.length), newValue ?? undefined);
    });
  },
};

const PREFIX = 'parley.';
const memory = new Map<string, string>();
