import { buffer } from 'node:stream/consumers';
import type { Database } from '@parley/database';
import { deleteUnsent, type Finding, finishMedia, getMedia, type MediaRow } from '../queries/media.ts';
import type { MediaConfig } from './config.ts';
import { lookAt, type Picture, TooManyPixels } from './picture.ts';
import { removeBytes, thumbnailKey } from './remove-bytes.ts';
import { headBytes, pictureTypes, sniff } from './sniff.ts';
import type { Storage } from './storage.ts';

/**
 * Looks at an upload whose last byte has come: what it is, and if it is a picture, how large. From then on it can be fetched and sent.
 * Done again (the process may have died in between) it does no harm. Answers what is known then; undefined if the upload is gone.
 *
 * @throws TooManyPixels after removing a picture that has more than `MAX_PIXELS`
 */
export async function completeUpload(deps: CompleteDeps, id: number): Promise<MediaRow | undefined> {
  const { db, storage, config } = deps;
  const row = await getMedia(db, id);
  if (row === undefined || row.state === 'ready') return row;
  try {
    await finishMedia(db, id, await examine(storage, row, config));
  } catch (error) {
    if (!(error instanceof TooManyPixels)) throw error;
    await deleteUnsent(db, id);
    await removeBytes(storage, row.storage_key);
    throw error;
  }
  return await getMedia(db, id);
}

async function examine(storage: Storage, row: MediaRow, config: MediaConfig): Promise<Finding> {
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
  const picture: Picture | undefined = await lookAt(
    () => storage.read(key, { start: 0, end: size - 1 }),
    config.maxPixels,
  );
  if (picture) await storage.put(thumbnailKey(key), picture.thumbnail);
  return {
    // What only begins like a picture is none.
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
  config: MediaConfig;
}
