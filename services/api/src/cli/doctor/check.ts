/** The result of one check of the installation. */
export interface Check {
  /** What was checked, such as `redis clock`. */
  name: string;
  /**
   * `failed`: services do not start or do not work correctly. `warning`: services work, but with a
   * risk, such as a late backup.
   */
  status: 'ok' | 'warning' | 'failed';
  /** A sentence that states what was found and what the operator should do. */
  detail: string;
}

export const ok = (name: string, detail: string): Check => ({ name, status: 'ok', detail });
export const warning = (name: string, detail: string): Check => ({ name, status: 'warning', detail });
export const failed = (name: string, detail: string): Check => ({ name, status: 'failed', detail });

/** Returns one warning for each problem, or one passed check if there are no problems. */
export function warnings(name: string, problems: readonly string[], well: string): Check[] {
  return problems.length === 0 ? [ok(name, well)] : problems.map((problem) => warning(name, problem));
}

/** Resolves with the checks of `work`. If `work` throws, resolves with one failed check. */
export async function attempt(name: string, work: () => Promise<Check[]>): Promise<Check[]> {
  try {
    return await work();
  } catch (error) {
    return [failed(name, reasonOf(error))];
  }
}

/**
 * Returns why a connection failed. If a host name has several addresses, joins the errors of all of
 * them.
 */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}
