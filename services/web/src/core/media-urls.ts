import { type MediaUrl, type Parley, ParleyError } from '@parley/client';
import { onScopeDispose, type Ref, ref, watchEffect } from 'vue';
import { onSignOut } from './sign-out.ts';

/** A cached URL is no longer used this number of ms before it expires. */
const EXPIRY_MARGIN_MS = 60_000;

/** Ms to wait before each retry to get a URL. */
const RETRY_DELAYS_MS = [700, 2000, 6000];

const cache = new Map<number, Promise<MediaUrl>>();
// Clears the cache on sign-out, because each URL is signed for the user who requested it.
onSignOut(() => cache.clear());

/**
 * Returns a signed URL with which `<img>` and `<video>` load a media file, or with which the user
 * downloads it. Caches the URL until it expires.
 *
 * @throws ParleyError
 */
export async function mediaUrl(parley: Parley, media: number): Promise<MediaUrl> {
  const cached = await cache.get(media)?.catch(() => undefined);
  if (cached && cached.expires - EXPIRY_MARGIN_MS > Date.now()) return cached;
  const request = parley.api('GET /media/{id}/url', { id: media });
  cache.set(media, request);
  request.catch(() => cache.delete(media));
  return request;
}

/**
 * Returns the signed URL of a media file as a ref. Sets `failed` if the file was deleted or the
 * server cannot be reached.
 */
export function useMediaUrl(
  parley: Parley,
  media: () => number | undefined,
): { url: Ref<MediaUrl | undefined>; failed: Ref<Failure>; retry(): void } {
  const url = ref<MediaUrl>();
  const failed = ref<Failure>();
  let timer = 0;
  let disposed = false;
  const load = async (id: number | undefined, attempt = 0) => {
    window.clearTimeout(timer);
    failed.value = undefined;
    if (id === undefined) return;
    try {
      const found = await mediaUrl(parley, id);
      if (media() === id) url.value = found;
    } catch (error) {
      if (media() !== id || disposed) return;
      failed.value = error instanceof ParleyError && !error.retry ? 'gone' : 'unreachable';
      // Retries, because a message can arrive before the api has stored its recipients' right to
      // read the media file.
      const delay = RETRY_DELAYS_MS[attempt];
      if (delay !== undefined) timer = window.setTimeout(() => load(id, attempt + 1), delay);
    }
  };
  onScopeDispose(() => {
    disposed = true;
    window.clearTimeout(timer);
  });
  watchEffect(() => {
    url.value = undefined;
    void load(media());
  });
  return { url, failed, retry: () => load(media()) };
}

type Failure = 'gone' | 'unreachable' | undefined;
