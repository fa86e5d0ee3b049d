import type { Generated } from 'kysely';

/** An uploaded file. */
export interface MediaTable {
  /** Random id, so that nobody can guess it. */
  id: number;
  owner_id: number;
  name: string;
  /**
   * MIME type of the content. While the upload is incomplete, the type that the client declared.
   */
  mime: string;
  /** Size of the file in bytes, as declared by the client. */
  size: number;
  /** Width and height in pixels, and duration in seconds. Null: not applicable or unknown. */
  width: Generated<number | null>;
  height: Generated<number | null>;
  duration: Generated<number | null>;
  /** Whether a thumbnail of the file is stored. */
  thumbnail: Generated<boolean>;
  storage_key: string;
  state: Generated<'uploading' | 'ready'>;
  created: Generated<number>;
  /**
   * When the file can be deleted, in Unix ms, if at that time the upload is incomplete or no
   * message contains the file. Null: never.
   */
  expires: number | null;
}
