import type { ColumnType } from 'kysely';

/** A cache of what web pages state about themselves. */
export interface LinkPreviewsTable {
  /** SHA-256 of the address of the page. */
  url_hash: Buffer;
  /** See `PagePreview` in the api. Null: the page has no preview, or could not be fetched. */
  preview: ColumnType<object | null, string | null, string | null>;
  /** When it was fetched. The oldest ones are removed first. */
  stored: number;
  /** When the page is fetched again. */
  expires: number;
}
