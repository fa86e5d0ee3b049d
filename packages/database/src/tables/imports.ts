import type { ColumnType, Generated } from 'kysely';

/** An import of message history through the server API, with its progress. */
export interface ImportsTable {
  id: Generated<number>;
  /** Name of the API key that created the import. */
  key: string;
  state: Generated<'running' | 'done' | 'interrupted'>;
  /** Number of lines that were processed, including skipped lines. */
  lines: Generated<number>;
  /** Number of messages that were written. */
  imported: Generated<number>;
  duplicates: Generated<number>;
  /** Number of lines that were rejected. */
  failed: Generated<number>;
  errors: ColumnType<object[], string | undefined, string>;
  created: Generated<number>;
  updated: Generated<number>;
}
