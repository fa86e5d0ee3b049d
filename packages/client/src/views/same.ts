/**
 * Returns the new items, but replaces each item that equals an earlier one by that earlier object.
 * Returns `before` if all items are equal. A framework then renders only what has changed.
 *
 * @param keyOf returns the key of an item in its list
 */
export function keepItems<T>(before: readonly T[], items: readonly T[], keyOf: (item: T) => unknown): readonly T[] {
  const known = new Map(before.map((item) => [keyOf(item), item]));
  const kept = items.map((item) => {
    const old = known.get(keyOf(item));
    return old !== undefined && isSame(old, item) ? old : item;
  });
  return kept.length === before.length && kept.every((item, index) => item === before[index]) ? before : kept;
}

/**
 * Returns `before` if it has the same fields as `value` with identical values, otherwise `value`.
 */
export function keepFields<T extends object>(before: T, value: T): T {
  const keys = Object.keys(value) as (keyof T)[];
  return keys.length === Object.keys(before).length && keys.every((key) => before[key] === value[key]) ? before : value;
}

/**
 * Returns whether two values have equal content. Functions always count as equal, because the
 * client creates the functions of a message again at each call. Undefined fields count as missing.
 */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b || (typeof a === 'function' && typeof b === 'function')) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => isSame(item, b[index]));
  if (!isPlain(a) || !isPlain(b)) return false;
  return Object.keys({ ...a, ...b }).every((key) => isSame(a[key], b[key]));
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
