import type { Media } from '@parley/protocol';
import type { MediaKind } from './kinds.ts';
import type { FileMetadata } from './probe.ts';
import type { UploadFailure } from './transfer.ts';

/** Maximum size of a file in bytes. The server might have a lower limit. */
const MAX_FILE_BYTES = 100 * 1024 * 1024;

/** A file that is uploaded, and then sent to a chat as a message. */
export interface Upload extends UploadRecord {
  /** Object URL with which the page shows a picture or video. Undefined for other files. */
  readonly preview: string | undefined;
  /** Uploaded fraction of the file, from 0 to 1. */
  progress: number;
  state: 'waiting' | 'uploading' | 'paused' | 'failed' | 'uploaded';
  error?: UploadFailure;
  /** Whether the browser has stored the file, so that the upload can continue after a reload. */
  stored: boolean;
  /** The file on the server. Set only in the state `uploaded`. */
  media?: Media;
}

/** The part of an upload that the browser stores. */
export interface UploadRecord {
  /**
   * Id of the upload in this browser. It is also the `ref` of the message, so that the server
   * accepts the message only once.
   */
  readonly key: string;
  readonly chat: number;
  /** Position of the message among the uploads of its chat. They are sent in ascending order. */
  readonly order: number;
  readonly file: File;
  readonly name: string;
  readonly kind: MediaKind;
  /** Metadata that the file itself lacks, such as the length of a recording. */
  readonly metadata: FileMetadata;
  /** Text message that is sent after the file. Empty if there is none. */
  readonly caption: string;
  /**
   * The server's id of the upload, with which the upload resumes. Undefined until the server has
   * created the upload.
   */
  id?: number;
}

/** Maximum number of characters of a file name. */
const MAX_NAME = 255;

/**
 * Returns the name under which a file is sent: well-formed text of at most 255 characters. A
 * shortened name keeps its extension.
 */
export function uploadName(file: File): string {
  const name = [...file.name.toWellFormed().replaceAll('\0', '')];
  const ending = name.lastIndexOf('.');
  if (name.length <= MAX_NAME) return name.join('') || 'file';
  const tail = ending > 0 && name.length - ending <= 16 ? name.slice(ending) : [];
  return [...name.slice(0, MAX_NAME - tail.length), ...tail].join('');
}

/** Returns the reason why a file cannot be sent. Undefined if it can be sent. */
export function fileError({ size }: File): 'too-large' | 'empty' | undefined {
  if (size > MAX_FILE_BYTES) return 'too-large';
  return size === 0 ? 'empty' : undefined;
}
