/** Yields all items of a list, page by page. */
export async function* pages<T>(read: Read<T>): AsyncGenerator<T[]> {
  let last: T | undefined;
  do {
    const page = await read(last);
    last = page.at(-1);
    yield page;
  } while (last !== undefined);
}

/**
 * Returns the page after an item. Undefined stands for the start. Returns an empty page at the end.
 */
export type Read<T> = (last: T | undefined) => Promise<T[]>;

/** Items per page. */
export const pageLength = 500;
