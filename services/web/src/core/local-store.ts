/** Small things this browser remembers. Where storage is refused, as in some private windows, they last as long as the page. */
export const localStore = {
  get(key: string): string | undefined {
    try {
      return localStorage.getItem(PREFIX + key) ?? kept.get(key);
    } catch {
      return kept.get(key);
    }
  },
  /** Undefined forgets it. */
  set(key: string, value: string | undefined): void {
    if (value === undefined) kept.delete(key);
    else kept.set(key, value);
    try {
      if (value === undefined) localStorage.removeItem(PREFIX + key);
      else localStorage.setItem(PREFIX + key, value);
    } catch {
      // Kept for as long as the page is open.
    }
  },
};

const PREFIX = 'parley.';
const kept = new Map<string, string>();
