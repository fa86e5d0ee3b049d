import type { Outcome, Variable } from './read-env.ts';

/**
 * A variable with JSON that may contain secrets, and is therefore never printed.
 *
 * @param read throws a TypeError that states the problem
 * @param empty the value of a missing variable
 */
export function jsonVariable<T>(read: (value: unknown) => T, empty: T): Variable<T> {
  return {
    read(text): Outcome<T> {
      if (text === '') return { ok: true, value: empty };
      try {
        return { ok: true, value: read(parse(text)) };
      } catch (error) {
        return { ok: false, problem: (error as Error).message };
      }
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the text, which may contain secrets.
    throw new TypeError('must be JSON');
  }
}
