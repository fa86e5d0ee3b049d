import { createStore, delMany, set, type UseStore, values } from 'idb-keyval';
import type { UploadRecord } from './upload.ts';

/** The uploads of a user with their files, stored in IndexedDB, so that they survive a reload. */
export class UploadStore {
  readonly #store: UseStore;

  /** @throws DOMException if the browser refuses storage */
  constructor(user: number) {
    this.#store = createStore(`parley-uploads-${user}`, 'uploads');
  }

  /**
   * Stores an upload with its file. Resolves with false if it does not fit or storage is refused.
   */
  save({ key, chat, order, file, name, kind, metadata, caption }: UploadRecord): Promise<boolean> {
    return this.#set(key, { key, chat, order, file, name, kind, metadata: { ...metadata }, caption });
  }

  /**
   * Stores the URL at which an upload continues. It is stored separately, so that the file is not
   * written again.
   */
  saveUrl(of: string, url: string): Promise<boolean> {
    return this.#set(`url:${of}`, { of, url });
  }

  /** Deletes an upload. No-op if it does not exist. */
  async delete(key: string): Promise<void> {
    await delMany([key, `url:${key}`], this.#store).catch(() => {});
  }

  /** Returns all stored uploads, in the order in which their files were chosen. */
  async all(): Promise<UploadRecord[]> {
    const found = await values<UploadRecord | StoredUrl>(this.#store).catch(() => []);
    const urls = new Map(found.flatMap((each) => ('of' in each ? [[each.of, each.url] as const] : [])));
    return found
      .flatMap((each) =>
        'of' in each ? [] : [{ ...each, ...(urls.has(each.key) && { url: urls.get(each.key) as string }) }],
      )
      .sort((a, b) => a.order - b.order);
  }

  async #set(key: string, value: UploadRecord | StoredUrl): Promise<boolean> {
    try {
      await set(key, value, this.#store);
      return true;
    } catch {
      return false;
    }
  }
}

interface StoredUrl {
  of: string;
  url: string;
}
