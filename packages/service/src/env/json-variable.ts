import type { Outcome, Variable } from './read-env.ts';

/**
 * A variable that contains JSON. Errors never contain its value, because it might contain secrets.
 *
 * @param read converts the JSON value. Throws a TypeError that states the problem
 * @param empty the value if the variable is missing
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
    // Throws an error of its own, because the parser's message quotes the JSON, which might contain
    // secrets.
    throw new TypeError('must be JSON');
  }
}
