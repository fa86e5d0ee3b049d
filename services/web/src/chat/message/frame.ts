import type { MediaBody } from '../../media/kinds.ts';

/** Maximum pixels of the longer side of a picture or video in a bubble. */
const MAX_SIDE = 320;

/**
 * Returns the size of a picture or video in a bubble. It is known before the media loads, so that
 * the layout does not change.
 */
export function frameOf({ width = 4, height = 3 }: Pick<MediaBody, 'width' | 'height'>): Record<string, string> {
  const scale = Math.min(1, MAX_SIDE / Math.max(width, height));
  const unknown = width <= 4;
  const shown = unknown ? 240 : Math.max(96, Math.round(width * scale));
  const ratio = Math.min(4, Math.max(0.4, width / height));
  return { width: `${shown}px`, aspectRatio: String(ratio) };
}
