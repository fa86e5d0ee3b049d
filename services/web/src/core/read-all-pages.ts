import type { Page } from '@parley/client';

/** Items per request. */
const PAGE_SIZE = 200;

/** Reads all pages of a list. @throws ParleyError */
export async function readAllPages<T>(
  read: (paging: { limit: number; after?: string }) => Promise<Page<T>>,
): Promise<T[]> {
  const items: T[] = [];
  let after: string | null = null;
  do {
    const page: Page<T> = await read({ limit: PAGE_SIZE, ...(after !== null && { after }) });
    items.push(...page.items);
    after = page.next;
  } while (after !== null);
  return items;
}
