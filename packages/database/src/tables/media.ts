import type { Generated } from 'kysely';

/** An uploaded file. */
export interface MediaTable {
  /** Drawn at random, so that nobody guesses one. */
  id: number;
  owner_id: number;
  name: string;
  /** What the content is; until it is there, what the uploader says it is. */
  mime: string;
  /** Bytes announced. */
  size: number;
  /** Pixels, and seconds; null where there are none, or nobody knows. */
  width: Generated<number | null>;
  height: Generated<number | null>;
  duration: Generated<number | null>;
  /** Whether a smaller picture is kept beside it. */
  thumbnail: Generated<boolean>;
  storage_key: string;
  state: Generated<'uploading' | 'ready'>;
  created: Generated<number>;
  /** When it may be removed unless it was finished, or sent, by then; null: it is kept. */
  expires: number | null;
}
