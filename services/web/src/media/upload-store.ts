import { createStore, delMany, set, type UseStore, values } from 'idb-keyval';
import type { UploadRecord } from './upload.ts';

/**
 * Stores a user's unfinished uploads with their files in IndexedDB, so that they survive a reload.
 */
export class UploadStore {
  readonly #store: UseStore;

  /** Opens the store of a user. @throws DOMException if the browser refuses storage */
  constructor(user: number) {
    this.#store = createStore(`parley-uploads-${user}`, 'uploads');
  }

  /**
   * Stores an upload with its file. Resolves with false if the disk is too full or the browser
   * refuses storage.
   */
  save({ key, chat, order, file, name, kind, metadata, caption }: UploadRecord): Promise<boolean> {
    return this.#set(key, { key, chat, order, file, name, kind, metadata: { ...metadata }, caption });
  }

  /**
   * Stores the server's id of an upload, with which the upload resumes. Uses a separate entry, so
   * that the file is not written again.
   */
  saveId(of: string, id: number): Promise<boolean> {
    return this.#set(`id:${of}`, { of, id });
  }

  /** Deletes an upload from this store. No-op if it does not exist. */
  async delete(key: string): Promise<void> {
    await delMany([key, `id:${key}`], this.#store).catch(() => {});
  }

  /** Returns all stored uploads in the order in which the user chose the files. */
  async all(): Promise<UploadRecord[]> {
    const found = await values<UploadRecord | StoredId>(this.#store).catch(() => []);
    const ids = new Map(found.flatMap((each) => ('of' in each ? [[each.of, each.id] as const] : [])));
    return found
      .flatMap((each) =>
        'of' in each ? [] : [{ ...each, ...(ids.has(each.key) && { id: ids.get(each.key) as number }) }],
      )
      .sort((a, b) => a.order - b.order);
  }

  async #set(key: string, value: UploadRecord | StoredId): Promise<boolean> {
    try {
      await set(key, value, this.#store);
      return true;
    } catch {
      return false;
    }
  }
}

interface StoredId {
  of: string;
  id: number;
}
