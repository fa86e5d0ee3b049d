/**
 * A function that returns the methods that some of these routes have for a path, sorted; HEAD
 * wherever there is GET.
 */
export function createMethodTable(routes: readonly Route[]): (path: string) => string[] {
  // Middleware is registered for all methods, the web client for all paths.
  const own = routes.filter(({ method, path }) => method !== 'ALL' && !path.includes('*'));
  const table = own.map(({ method, path }) => ({ method, pattern: toPattern(path) }));
  return (path) => {
    const methods = new Set(table.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method));
    if (methods.has('GET')) methods.add('HEAD');
    return [...methods].sort();
  };
}

/** `/v1/users/:id` as a regular expression. */
function toPattern(path: string): RegExp {
  const source = path.replaceAll(/[.+?^$()|[\]\\]/g, '\\$&').replaceAll(/:\w+(\{[^}]*\})?/g, '[^/]+');
  return new RegExp(`^${source}$`);
}

interface Route {
  method: string;
  path: string;
}
