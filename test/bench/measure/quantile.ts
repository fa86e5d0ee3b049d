/**
 * Returns the value below which the fraction `q` (0 to 1) of sorted values lies. NaN without
 * values.
 */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}
