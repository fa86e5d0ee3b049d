import { type Body, isId, mediaOf } from '@parley/protocol';
import type { MediaShare } from '../share-media.ts';
import type { Copy } from './apply-change.ts';

/**
 * Returns whether a message or change may contain media: its body has the field, whose quotes are
 * escaped in a text, or its text may have the address of a LayIM file.
 */
export function carriesMedia(entry: MaybeBody): boolean {
  return entry.body !== undefined && (entry.body.includes('"media":') || entry.body.includes('layim'));
}

/** Returns the shares of the media that an entry contains, for each copy. */
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
