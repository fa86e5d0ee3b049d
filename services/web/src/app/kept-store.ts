import { indexedDbStore, memoryStore, type Store } from '@parley/client';
import { ref } from 'vue';

/** Why nothing is kept across reloads: the browser refuses to (`refused`), or its disk is full (`full`). */
export const storeTrouble = ref<'refused' | 'full'>();

/**
 * What the client keeps, in the browser's database. Where there is none, as in some private windows, or it does not answer within
 * `patience` ms, in memory; where it takes no more, in memory beside it. Either way what one types goes out.
 */
export function keptStore(name: string, patience = 4000): Store {
  const fallback = memoryStore();
  let store: Store | undefined;
  const open = async () => {
    try {
      const database = indexedDbStore(name);
      const read = await Promise.race([database.read(), after(patience)]);
      store = database;
      return read;
    } catch {
      storeTrouble.value = 'refused';
      return fallback.read();
    }
  };
  return {
    read: async () => (store ? store.read() : open()),
    write: async (changes) => {
      await fallback.write(store ? {} : changes);
      try {
        await store?.write(changes);
        if (storeTrouble.value === 'full') storeTrouble.value = undefined;
      } catch {
        storeTrouble.value = 'full';
      }
    },
    close: async () => {
      await store?.close?.();
      store = undefined;
    },
  };
}

function after(ms: number): Promise<never> {
  return new Promise((_, reject) => setTimeout(() => reject(new Error('The database does not answer')), ms));
}
