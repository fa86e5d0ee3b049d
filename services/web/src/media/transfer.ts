import type { Parley } from '@parley/client';
import { ParleyError } from '@parley/client';
import { type Upload, type UploadOptions, upload } from '@parley/client/upload';
import type { Media } from '@parley/protocol';

/** Retries without progress after which the person decides: about 15 s. */
const RETRIES = 5;

/**
 * Uploads a file by the SDK. `stop` pauses the upload. `start` continues it at the server's offset,
 * also after a failure.
 */
export function createTransfer(
  parley: Parley,
  { file, id: startId, ...metadata }: TransferSource,
  listener: TransferListener,
): Transfer {
  let id = startId;
  let running: Upload | undefined;
  const open = (): Upload => {
    const opened = upload(parley, file, {
      ...metadata,
      ...(id !== undefined && { id }),
      retries: RETRIES,
      progress: (sent, size) => {
        if (opened.id !== undefined && opened.id !== id) {
          id = opened.id;
          listener.onCreated(id);
        }
        listener.onProgress(size === 0 ? 1 : sent / size);
      },
    });
    opened.done.then(listener.onDone, (error: unknown) => {
      const failure = failureOf(error);
      if (failure) listener.onFailure(failure);
    });
    return opened;
  };
  return {
    start: () => {
      if (running?.state === 'paused') running.resume();
      else if (running?.state !== 'running') running = open();
    },
    stop: () => running?.pause(),
    cancel: async () => running?.cancel(),
  };
}

/** Returns what to show the person. Undefined if the person cancelled the upload. */
function failureOf(error: unknown): UploadFailure | undefined {
  if (!(error instanceof ParleyError)) return 'unreachable';
  if (error.code === 'aborted') return undefined;
  if (error.status === 413) return 'too-large';
  return error.retry || error.status === 409 || error.status === 423 ? 'unreachable' : 'refused';
}

export interface Transfer {
  start(): void;
  stop(): void;
  /** Stops the transfer and deletes the upload on the server. */
  cancel(): Promise<void>;
}

/** A file with its metadata. `id` continues an earlier upload of the file. */
export interface TransferSource extends Pick<UploadOptions, 'name' | 'width' | 'height' | 'duration'> {
  file: File;
  id?: number | undefined;
}

export interface TransferListener {
  /** Called with the id of the upload when the server has created it. */
  onCreated(id: number): void;
  /** Called with the uploaded fraction, 0 to 1. */
  onProgress(share: number): void;
  onDone(media: Media): void;
  onFailure(reason: UploadFailure): void;
}

export type UploadFailure = 'too-large' | 'unreachable' | 'refused';
