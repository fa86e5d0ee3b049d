import type { Storage } from './storage.ts';

/** Deletes the bytes of a media file and of its thumbnail. */
export async function removeBytes(storage: Storage, key: string): Promise<void> {
  await Promise.all([storage.remove(key), storage.remove(thumbnailKey(key))]);
}

/** Returns the storage key of a media file's thumbnail. */
export function thumbnailKey(key: string): string {
  return `${key}-thumbnail`;
}
