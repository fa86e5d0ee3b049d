import type { Database } from '@parley/database';
import { sql } from 'kysely';
import type { PagePreview } from '../link-previews/link-previews.ts';

/**
 * Returns the cached preview of a page; null is a cached result without a preview. Undefined if the
 * cache has no entry or the entry has expired.
 */
export async function findPreview(db: Database, hash: Buffer, now: number): Promise<PagePreview | null | undefined> {
  const row = await db
    .selectFrom('link_previews')
    .select('preview')
    .where('url_hash', '=', hash)
    .where('expires', '>', now)
    .executeTakeFirst();
  return row && (row.preview as PagePreview | null);
}

/**
 * Stores the preview of a page in the cache. Deletes the oldest previews, so that the cache has at
 * most `maxPreviews`.
 */
export async function storePreview(
  db: Database,
  { hash, preview, now, ttl, maxPreviews }: StoredPreview,
): Promise<void> {
  const row = { preview: preview && JSON.stringify(preview), stored: now, expires: now + ttl };
  await db
    .insertInto('link_previews')
    .values({ url_hash: hash, ...row })
    .onConflict((conflict) => conflict.column('url_hash').doUpdateSet(row))
    .execute();
  await sql`
    delete from link_previews where url_hash in (
      select url_hash from link_previews order by stored desc offset ${maxPreviews} for update skip locked)`.execute(
    db,
  );
}

interface StoredPreview {
  /** SHA-256 hash of the page's URL. */
  hash: Buffer;
  preview: PagePreview | null;
  /** Unix ms. */
  now: number;
  /** Ms until the preview expires. */
  ttl: number;
  /** Maximum number of previews in the cache. */
  maxPreviews: number;
}
