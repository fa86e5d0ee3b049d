/**
 * Returns whether a JSON value is nested deeper than `levels` levels of objects and arrays. Stops
 * recursing at that depth.
 */
export function isNestedDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) return value.some((item) => isNestedDeeper(item, levels - 1));
  for (const key in value) if (isNestedDeeper((value as Record<string, unknown>)[key], levels - 1)) return true;
  return false;
}
