/** Yields all pages of a list, each as an array of items. */
export async function* pages<T>(read: Read<T>): AsyncGenerator<T[]> {
  let last: T | undefined;
  do {
    const page = await read(last);
    last = page.at(-1);
    yield page;
  } while (last !== undefined);
}

/**
 * Returns the page that follows an item. `last` is undefined for the first page. Returns an empty
 * page at the end of the list.
 */
export type Read<T> = (last: T | undefined) => Promise<T[]>;

/** Number of items per page. */
export const pageLength = 500;
