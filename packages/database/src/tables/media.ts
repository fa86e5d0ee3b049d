import type { Generated } from 'kysely';

/** An uploaded file. */
export interface MediaTable {
  /** A random id, so that nobody can guess it. */
  id: number;
  owner_id: number;
  name: string;
  /** MIME type of the content. Until the upload is complete, the type that the client declared. */
  mime: string;
  /** Bytes, as declared by the client. */
  size: number;
  /** Size in pixels and duration in seconds. Null: not applicable or unknown. */
  width: Generated<number | null>;
  height: Generated<number | null>;
  duration: Generated<number | null>;
  /** Whether a thumbnail is stored. */
  thumbnail: Generated<boolean>;
  storage_key: string;
  state: Generated<'uploading' | 'ready'>;
  created: Generated<number>;
  /**
   * When it may be deleted if the upload is not complete, or it was not sent, by then. Null: never.
   */
  expires: number | null;
}
