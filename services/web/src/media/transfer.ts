import type { Parley } from '@parley/client';
import type { Media } from '@parley/protocol';
import { Upload } from 'tus-js-client';

/** Bytes of one request: a connection that breaks loses no more than the part it was at. */
const CHUNK = 4 * 1024 * 1024;

/** Uploads a file by the tus protocol. `stop` breaks off, and `start` goes on from where it was. */
export function createTransfer(parley: Parley, file: Blob, metadata: Record<string, string>, told: Told): Transfer {
  const upload = new Upload(file, {
    endpoint: new URL('/v1/media', location.href).href,
    chunkSize: CHUNK,
    retryDelays: [500, 1000, 3000, 5000, 10_000],
    metadata,
    storeFingerprintForResuming: false,
    onBeforeRequest: async (request) => {
      await parley.resume();
      request.setHeader('Authorization', `Bearer ${parley.session?.accessToken ?? ''}`);
    },
    onProgress: (sent, total) => told.progress(total === 0 ? 1 : sent / total),
    onError: (error) => told.failed(reasonOf(error)),
    onSuccess: async ({ lastResponse }) => {
      try {
        const body = lastResponse?.getBody();
        told.done(body ? (JSON.parse(body) as Media) : await ask());
      } catch {
        told.failed('unreachable');
      }
    },
  });
  const ask = () => parley.api('GET /media/{id}/info', { id: Number(upload.url?.split('/').at(-1)) });
  return {
    start: () => upload.start(),
    stop: () => upload.abort(),
    cancel: () => upload.abort(true),
  };
}

function reasonOf(error: Error & { originalResponse?: { getStatus(): number } | null }): FailedBecause {
  const status = error.originalResponse?.getStatus() ?? 0;
  if (status === 413) return 'too-large';
  return status === 0 || status >= 500 || status === 429 || status === 423 ? 'unreachable' : 'refused';
}

export interface Transfer {
  start(): void;
  stop(): Promise<void>;
  /** Breaks off, and removes what was uploaded. */
  cancel(): Promise<void>;
}

/** Who hears how an upload fares. */
export interface Told {
  /** How much is there, 0 to 1. */
  progress(share: number): void;
  done(media: Media): void;
  failed(reason: FailedBecause): void;
}

export type FailedBecause = 'too-large' | 'unreachable' | 'refused';
