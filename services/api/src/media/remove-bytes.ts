import type { Storage } from './storage.ts';

/** Removes the bytes of a media and of its thumbnail. */
export async function removeBytes(storage: Storage, key: string): Promise<void> {
  await Promise.all([storage.remove(key), storage.remove(thumbnailKey(key))]);
}

/** Returns the key of a media's thumbnail. */
export function thumbnailKey(key: string): string {
  return `${key}-thumbnail`;
}
