import { isId } from '@parley/protocol';
import type { MediaShare } from '../share-media.ts';
import type { Copy } from './apply-change.ts';

/**
 * Returns whether a message or change may contain media. A text cannot match, because its quotes
 * are escaped.
 */
export function carriesMedia(entry: MaybeBody): boolean {
  return entry.body?.includes('"media":') === true;
}

/** Returns the shares of the media that an entry contains, one per copy. */
export function toShares(entry: MaybeBody, sender: number, copies: readonly Copy[]): MediaShare[] {
  if (entry.body === undefined || !carriesMedia(entry)) return [];
  const { media }: { media?: unknown } = JSON.parse(entry.body);
  if (!isId(media)) return [];
  return copies.map(({ owner, peer }) => ({ owner, peer, message: entry.id, sender, media }));
}

/** A message or a change of a message. */
interface MaybeBody {
  id: number;
  /** JSON text. */
  body?: string;
}
