import type { Parley } from '@parley/client';
import { ParleyError } from '@parley/client';
import { type Upload, type UploadOptions, upload } from '@parley/client/upload';
import type { Media } from '@parley/protocol';

/**
 * Number of retries without progress, about 15 s, after which the upload fails and the user decides
 * how to continue.
 */
const RETRIES = 5;

/**
 * Creates the upload of a file with the SDK. `stop` pauses the upload. `start` continues it at the
 * server's offset, even after a failure.
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

/** Returns the failure to show to the user. Undefined if the user cancelled the upload. */
function failureOf(error: unknown): UploadFailure | undefined {
  if (!(error instanceof ParleyError)) return 'unreachable';
  if (error.code === 'aborted') return undefined;
  if (error.status === 413) return 'too-large';
  return error.retry || error.status === 409 || error.status === 423 ? 'unreachable' : 'refused';
}

export interface Transfer {
  start(): void;
  stop(): void;
  /** Stops the upload and deletes it on the server. */
  cancel(): Promise<void>;
}

/** A file with its metadata. `id`: the earlier upload of this file to continue. */
export interface TransferSource extends Pick<UploadOptions, 'name' | 'width' | 'height' | 'duration'> {
  file: File;
  id?: number | undefined;
}

export interface TransferListener {
  /** Called with the upload's id when the server has created the upload. */
  onCreated(id: number): void;
  /** Called with the uploaded fraction of the file, from 0 to 1. */
  onProgress(share: number): void;
  onDone(media: Media): void;
  onFailure(reason: UploadFailure): void;
}

export type UploadFailure = 'too-large' | 'unreachable' | 'refused';
