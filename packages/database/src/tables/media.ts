import type { Generated } from 'kysely';

/** An uploaded file. */
export interface MediaTable {
  /** Random, so that it cannot be guessed. */
  id: number;
  owner_id: number;
  name: string;
  /** MIME type of the content; until the upload completes, as the client declared it. */
  mime: string;
  /** Bytes, as declared by the client. */
  size: number;
  /** Pixels, and seconds. Null: not applicable or unknown. */
  width: Generated<number | null>;
  height: Generated<number | null>;
  duration: Generated<number | null>;
  /** Whether a thumbnail is stored. */
  thumbnail: Generated<boolean>;
  storage_key: string;
  state: Generated<'uploading' | 'ready'>;
  created: Generated<number>;
  /**
   * When it may be deleted, if the upload did not complete or it was not sent by then. Null: never.
   */
  expires: number | null;
}
