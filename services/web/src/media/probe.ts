import type { MediaKind } from './kinds.ts';

/** Ms after which a film that does not tell its size is sent without. */
const PATIENCE = 4000;

/** What the browser can tell of a film or sound before it is uploaded: size in pixels, duration in seconds. */
export function probe(file: Blob, kind: MediaKind): Promise<Record<string, string>> {
  if (kind !== 'video' && kind !== 'audio') return Promise.resolve({});
  const element = document.createElement(kind);
  const url = URL.createObjectURL(file);
  return new Promise<Record<string, string>>((resolve) => {
    const told = () => {
      const { duration } = element;
      const seen: Record<string, string> = {};
      if (Number.isFinite(duration) && duration > 0) seen.duration = duration.toFixed(2);
      if (element instanceof HTMLVideoElement && element.videoWidth > 0) {
        seen.width = String(element.videoWidth);
        seen.height = String(element.videoHeight);
      }
      resolve(seen);
    };
    const timer = setTimeout(told, PATIENCE);
    const end = () => {
      clearTimeout(timer);
      told();
    };
    element.addEventListener('loadedmetadata', end, { once: true });
    element.addEventListener('error', end, { once: true });
    element.preload = 'metadata';
    element.src = url;
  }).finally(() => {
    element.removeAttribute('src');
    URL.revokeObjectURL(url);
  });
}
