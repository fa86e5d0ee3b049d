import type { Generated } from 'kysely';

/** An uploaded file. */
export interface MediaTable {
  id: Generated<number>;
  owner_id: number;
  /** Whose participants may read it; null: its owner alone. */
  conversation: string | null;
  name: string;
  mime: string;
  /** Bytes announced. */
  size: number;
  /** Bytes received so far. */
  received: Generated<number>;
  storage_key: string;
  state: Generated<'uploading' | 'ready'>;
  created: Generated<number>;
  /** When an unfinished upload may be removed. */
  expires: number | null;
}
