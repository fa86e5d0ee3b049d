import { type Body, isId, mediaOf } from '@parley/protocol';
import type { MediaShare } from '../share-media.ts';
import type { Copy } from './apply-change.ts';

/**
 * Returns false if a message or change certainly contains no media file. Searches the JSON of the
 * body for the field `media` (in a string its quotes would be escaped) and for the address of a
 * LayIM file.
 */
export function carriesMedia(entry: MaybeBody): boolean {
  return entry.body !== undefined && (entry.body.includes('"media":') || entry.body.includes('layim'));
}

/**
 * Returns a share of each media file that an entry contains, for each copy of the conversation. A
 * share allows the readers of a copy to load the file.
 */
export function toShares(entry: MaybeBody, sender: number, copies: readonly Copy[]): MediaShare[] {
  if (entry.body === undefined || !carriesMedia(entry)) return [];
  const found = mediaOf(JSON.parse(entry.body) as Body).filter(isId);
  return found.flatMap((media) => copies.map(({ owner, peer }) => ({ owner, peer, message: entry.id, sender, media })));
}

/** A message or a change of a message. */
interface MaybeBody {
  id: number;
  /** JSON text. */
  body?: string;
}
