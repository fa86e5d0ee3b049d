import { buffer } from 'node:stream/consumers';
import type { Database } from '@parley/database';
import { deleteUnsent, type Finding, finishMedia, getMedia, type MediaRow } from '../queries/media.ts';
import type { MediaConfig } from './config.ts';
import { type Picture, type PictureReader, PictureTooLarge } from './picture-reader.ts';
import { removeBytes, thumbnailKey } from './remove-bytes.ts';
import { headBytes, pictureTypes, sniff } from './sniff.ts';
import type { Storage } from './storage.ts';

/**
 * Detects the type of a completely received upload and, for a picture, its size. Marks the media as
 * ready, so that it can be fetched and sent. Idempotent: runs again if the process stopped before
 * the end. Returns the updated row, or undefined if the upload was removed.
 *
 * @throws PictureTooLarge after removing a picture whose decoding needs too much memory or time
 * @throws SideProcessBusy when too many pictures wait. The bytes are kept, and resuming the upload
 * completes it
 */
export async function completeUpload(deps: CompleteDeps, id: number): Promise<MediaRow | undefined> {
  const { db, storage } = deps;
  const row = await getMedia(db, id);
  if (row === undefined || row.state === 'ready') return row;
  try {
    await finishMedia(db, id, await examine(deps, row));
  } catch (error) {
    if (!(error instanceof PictureTooLarge)) throw error;
    await deleteUnsent(db, id);
    await removeBytes(storage, row.storage_key);
    throw error;
  }
  return await getMedia(db, id);
}

async function examine({ storage, pictures, config }: CompleteDeps, row: MediaRow): Promise<Finding> {
  const { storage_key: key, size } = row;
  const head = await buffer(storage.read(key, { start: 0, end: Math.min(size, headBytes) - 1 }));
  const type = await sniff(head, row.mime);
  const expires = Date.now() + config.unsentTtl;
  if (!pictureTypes.has(type)) {
    const { width, height, duration } = row;
    const film = type.startsWith('video/');
    const timed = film || type.startsWith('audio/');
    const known = { width: film ? width : null, height: film ? height : null, duration: timed ? duration : null };
    return { mime: type, ...known, thumbnail: false, expires };
  }
  const open = () => storage.read(key, { start: 0, end: size - 1 });
  const picture: Picture | undefined = await pictures.read(row.owner_id, open);
  if (picture) await storage.put(thumbnailKey(key), picture.thumbnail);
  return {
    // If the picture cannot be decoded, marks the file as binary, although its first bytes are
    // those of a picture.
    mime: picture ? type : 'application/octet-stream',
    width: picture?.width ?? null,
    height: picture?.height ?? null,
    duration: null,
    thumbnail: picture !== undefined,
    expires,
  };
}

export interface CompleteDeps {
  db: Database;
  storage: Storage;
  pictures: PictureReader;
  config: MediaConfig;
}
