import { type MediaUrl, type Parley, ParleyError } from '@parley/client';
import { onScopeDispose, type Ref, ref, watchEffect } from 'vue';
import { onSignOut } from './sign-out.ts';

/** Ms before its end at which an address is not handed out any more. */
const MARGIN = 60_000;

/** Ms between attempts to get an address. */
const PAUSES = [700, 2000, 6000];

const known = new Map<number, Promise<MediaUrl>>();
// They speak for the user who asked.
onSignOut(() => known.clear());

/** An address of a media that `<img>`, `<video>` and downloads can use. @throws ParleyError */
export async function mediaUrl(parley: Parley, media: number): Promise<MediaUrl> {
  const before = await known.get(media)?.catch(() => undefined);
  if (before && before.expires - MARGIN > Date.now()) return before;
  const asked = parley.api('GET /media/{id}/url', { id: media });
  known.set(media, asked);
  asked.catch(() => known.delete(media));
  return asked;
}

/** The same for a component; `failed` when there is none: it was removed, or there is no connection. */
export function useMediaUrl(
  parley: Parley,
  media: () => number | undefined,
): { url: Ref<MediaUrl | undefined>; failed: Ref<Failed>; retry(): void } {
  const url = ref<MediaUrl>();
  const failed = ref<Failed>();
  let timer = 0;
  const load = async (id: number | undefined, attempt = 0) => {
    window.clearTimeout(timer);
    failed.value = undefined;
    if (id === undefined) return;
    try {
      const found = await mediaUrl(parley, id);
      if (media() === id) url.value = found;
    } catch (error) {
      if (media() !== id || gone) return;
      failed.value = error instanceof ParleyError && !error.retry ? 'gone' : 'unreachable';
      // What was sent a moment ago may not be known everywhere yet.
      const wait = PAUSES[attempt];
      if (wait !== undefined) timer = window.setTimeout(() => load(id, attempt + 1), wait);
    }
  };
  let gone = false;
  onScopeDispose(() => {
    gone = true;
    window.clearTimeout(timer);
  });
  watchEffect(() => {
    url.value = undefined;
    void load(media());
  });
  return { url, failed, retry: () => load(media()) };
}

type Failed = 'gone' | 'unreachable' | undefined;
