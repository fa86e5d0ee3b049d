import type { Media } from '@parley/protocol';
import type { MediaKind } from './kinds.ts';
import type { FileMetadata } from './probe.ts';
import type { UploadFailure } from './transfer.ts';

/** Maximum bytes of a file. The server may have a lower limit. */
const MAX_FILE_BYTES = 100 * 1024 * 1024;

/** A file that is uploaded and then sent to a chat. */
export interface Upload extends UploadRecord {
  /** Object URL of a picture or video. */
  readonly preview: string | undefined;
  /** Uploaded fraction, 0 to 1. */
  progress: number;
  state: 'waiting' | 'uploading' | 'paused' | 'failed' | 'uploaded';
  error?: UploadFailure;
  /** Whether the browser stores the file, so that the upload continues after a reload. */
  stored: boolean;
  /** The uploaded media. Set in state `uploaded`. */
  media?: Media;
}

/** The part of an upload that the browser stores. */
export interface UploadRecord {
  /**
   * The id of the upload. It is also the `ref` of the message, so that the server accepts the
   * message once.
   */
  readonly key: string;
  readonly chat: number;
  /** Uploads of a chat are sent in ascending order. */
  readonly order: number;
  readonly file: File;
  readonly name: string;
  readonly kind: MediaKind;
  /** Metadata that the file itself does not contain. */
  readonly metadata: FileMetadata;
  /** Text that is sent after the file. */
  readonly caption: string;
  /**
   * Id of the upload on the server, which resumes it. Undefined until the server has created it.
   */
  id?: number;
}

/** Maximum characters of a file name. */
const MAX_NAME = 255;

/**
 * Returns the name under which a file is sent: valid text of at most 255 characters that keeps its
 * extension.
 */
export function uploadName(file: File): string {
  const name = [...file.name.toWellFormed().replaceAll('\0', '')];
  const ending = name.lastIndexOf('.');
  if (name.length <= MAX_NAME) return name.join('') || 'file';
  const tail = ending > 0 && name.length - ending <= 16 ? name.slice(ending) : [];
  return [...name.slice(0, MAX_NAME - tail.length), ...tail].join('');
}

/** Returns why a file cannot be sent. Undefined if it can. */
export function fileError({ size }: File): 'too-large' | 'empty' | undefined {
  if (size > MAX_FILE_BYTES) return 'too-large';
  return size === 0 ? 'empty' : undefined;
}
