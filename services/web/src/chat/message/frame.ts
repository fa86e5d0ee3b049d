import type { MediaBody } from '../../media/kinds.ts';

/** Maximum length in pixels of the longer side of a picture or video in a message. */
const MAX_SIDE = 320;

/**
 * Returns the CSS size of a picture or video in a message. The size is known before the media
 * loads, so that nothing moves when it has loaded.
 */
export function frameOf({ width = 4, height = 3 }: Pick<MediaBody, 'width' | 'height'>): Record<string, string> {
  const scale = Math.min(1, MAX_SIDE / Math.max(width, height));
  const unknown = width <= 4;
  const shown = unknown ? 240 : Math.max(96, Math.round(width * scale));
  const ratio = Math.min(4, Math.max(0.4, width / height));
  return { width: `${shown}px`, aspectRatio: String(ratio) };
}
