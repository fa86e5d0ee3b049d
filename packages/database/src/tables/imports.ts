import type { ColumnType, Generated } from 'kysely';

/** An import of history by the server API, and how far it came. */
export interface ImportsTable {
  id: Generated<number>;
  /** The name of the API key. */
  key: string;
  state: Generated<'running' | 'done' | 'interrupted'>;
  /** Lines that were handled, including skipped ones. */
  lines: Generated<number>;
  /** Messages that were written. */
  imported: Generated<number>;
  duplicates: Generated<number>;
  /** Lines that were refused. */
  failed: Generated<number>;
  errors: ColumnType<object[], string | undefined, string>;
  created: Generated<number>;
  updated: Generated<number>;
}
