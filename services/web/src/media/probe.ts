import type { UploadOptions } from '@parley/client/upload';
import type { MediaKind } from './kinds.ts';

/**
 * Ms to wait for the browser to read a file's metadata. After that, the file is sent without
 * metadata.
 */
const PROBE_TIMEOUT_MS = 4000;

/**
 * Reads the metadata of a video or sound that an upload contains: size in pixels and duration in
 * seconds.
 */
export function probe(file: Blob, kind: MediaKind): Promise<FileMetadata> {
  if (kind !== 'video' && kind !== 'audio') return Promise.resolve({});
  const element = document.createElement(kind);
  const url = URL.createObjectURL(file);
  return new Promise<FileMetadata>((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      const { duration } = element;
      const found: FileMetadata = {};
      if (Number.isFinite(duration) && duration > 0) found.duration = Number(duration.toFixed(2));
      if (element instanceof HTMLVideoElement && element.videoWidth > 0) {
        found.width = element.videoWidth;
        found.height = element.videoHeight;
      }
      resolve(found);
    };
    const timer = setTimeout(finish, PROBE_TIMEOUT_MS);
    element.addEventListener('loadedmetadata', finish, { once: true });
    element.addEventListener('error', finish, { once: true });
    element.preload = 'metadata';
    element.src = url;
  }).finally(() => {
    element.removeAttribute('src');
    URL.revokeObjectURL(url);
  });
}

/** Metadata of a video or sound: size in pixels and duration in seconds. */
export type FileMetadata = Pick<UploadOptions, 'width' | 'height' | 'duration'>;
