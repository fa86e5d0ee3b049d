import { LinkPreviewsBusy } from '../link-previews/link-previews.ts';
import { MediaGoneError } from '../media/media-store.ts';
import { PictureTooLarge } from '../media/picture-reader.ts';
import { QuotaExceeded } from '../queries/media.ts';
import { IndexBusyError } from '../search/search.ts';
import { JobKilled, SideProcessBusy } from '../side-process/side-process.ts';
import { Refusal } from './refusal.ts';

/**
 * Returns the problem document for an error of search, media or link previews. Undefined for other
 * errors.
 */
export function fromDomainError(error: Error): Refusal | undefined {
  if (error instanceof IndexBusyError) {
    return new Refusal('unavailable', 'The search index is being rebuilt. Search again in a moment.', {
      retryAfter: 1,
      cause: error,
    });
  }
  if (error instanceof SideProcessBusy || error instanceof JobKilled) {
    return new Refusal('unavailable', 'The server is busy. Try again in a moment.', { retryAfter: 2, cause: error });
  }
  if (error instanceof LinkPreviewsBusy)
    return new Refusal('unavailable', 'Too many link previews are being fetched.', { retryAfter: 2, cause: error });
  if (error instanceof QuotaExceeded) return new Refusal('quota', error.message, { cause: error });
  if (error instanceof PictureTooLarge) return new Refusal('too-large', error.message, { cause: error });
  if (error instanceof MediaGoneError) return new Refusal('not-found', undefined, { cause: error });
  return undefined;
}
