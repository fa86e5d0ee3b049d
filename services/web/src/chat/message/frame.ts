import type { MediaBody } from '../../media/kinds.ts';

/** Pixels of a picture or film in a bubble, on its longer side. */
const SIDE = 320;

/** The room a picture or film takes, known before it is loaded: nothing moves when it comes. */
export function frameOf({ width = 4, height = 3 }: Pick<MediaBody, 'width' | 'height'>): Record<string, string> {
  const scale = Math.min(1, SIDE / Math.max(width, height));
  const small = width <= 4;
  const shown = small ? 240 : Math.max(96, Math.round(width * scale));
  const ratio = Math.min(4, Math.max(0.4, width / height));
  return { width: `${shown}px`, aspectRatio: String(ratio) };
}
