/** Reads a list to its end, page by page. */
export async function* pages<T>(read: Read<T>): AsyncGenerator<T[]> {
  let last: T | undefined;
  do {
    const page = await read(last);
    last = page.at(-1);
    yield page;
  } while (last !== undefined);
}

/** Answers the page after an item, the first one for undefined; an empty one at the end. */
export type Read<T> = (last: T | undefined) => Promise<T[]>;

/** Items of one page. */
export const pageLength = 500;
