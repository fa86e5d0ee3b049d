import type { Parley } from '@parley/client';
import type { Media } from '@parley/protocol';
import { Upload } from 'tus-js-client';

/** Bytes per request. A broken connection loses at most one request. */
const CHUNK_BYTES = 4 * 1024 * 1024;

/**
 * Uploads a file by the tus protocol. `stop` pauses the upload. `start` continues it at the
 * server's offset.
 */
export function createTransfer(
  parley: Parley,
  { file, metadata, url }: TransferSource,
  listener: TransferListener,
): Transfer {
  const upload = new Upload(file, {
    endpoint: new URL('/v1/media', location.href).href,
    ...(url && { uploadUrl: url }),
    chunkSize: CHUNK_BYTES,
    retryDelays: [500, 1000, 3000, 5000, 10_000],
    metadata,
    storeFingerprintForResuming: false,
    onBeforeRequest: async (request) => {
      await parley.resume();
      request.setHeader('Authorization', `Bearer ${parley.session?.accessToken ?? ''}`);
    },
    onUploadUrlAvailable: () => upload.url && listener.onUrl(upload.url),
    onProgress: (sent, total) => listener.onProgress(total === 0 ? 1 : sent / total),
    onError: (error) => listener.onFailure(failureOf(error)),
    onSuccess: async ({ lastResponse }) => {
      try {
        const body = lastResponse?.getBody();
        listener.onDone(body ? (JSON.parse(body) as Media) : await readMedia());
      } catch {
        listener.onFailure('unreachable');
      }
    },
  });
  const readMedia = () => parley.api('GET /media/{id}/info', { id: Number(upload.url?.split('/').at(-1)) });
  return {
    start: () => upload.start(),
    stop: () => upload.abort(),
    cancel: () => upload.abort(true),
  };
}

function failureOf(error: Error & { originalResponse?: { getStatus(): number } | null }): UploadFailure {
  const status = error.originalResponse?.getStatus() ?? 0;
  if (status === 413) return 'too-large';
  return status === 0 || status >= 500 || status === 429 || status === 423 ? 'unreachable' : 'refused';
}

export interface Transfer {
  start(): void;
  stop(): Promise<void>;
  /** Stops the transfer and deletes the upload on the server. */
  cancel(): Promise<void>;
}

export interface TransferSource {
  file: Blob;
  metadata: Record<string, string>;
  /** URL of an upload to continue. Default: a new upload. */
  url?: string | undefined;
}

export interface TransferListener {
  /** Called when the server has created the upload. */
  onUrl(url: string): void;
  /** Called with the uploaded fraction, 0 to 1. */
  onProgress(share: number): void;
  onDone(media: Media): void;
  onFailure(reason: UploadFailure): void;
}

export type UploadFailure = 'too-large' | 'unreachable' | 'refused';
