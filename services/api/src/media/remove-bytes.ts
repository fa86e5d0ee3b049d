import type { Storage } from './storage.ts';

/** Removes a medium's bytes, and those of its smaller picture. */
export async function removeBytes(storage: Storage, key: string): Promise<void> {
  await Promise.all([storage.remove(key), storage.remove(thumbnailKey(key))]);
}

/** Where the smaller picture of a medium lies. */
export function thumbnailKey(key: string): string {
  return `${key}-thumbnail`;
}
