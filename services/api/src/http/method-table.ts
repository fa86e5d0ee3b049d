/**
 * Creates a function that returns the methods of a path, sorted: those of the routes with the
 * fewest parameters, such as `/v1/sessions/refresh` rather than `/v1/sessions/:id`. HEAD is among
 * them wherever GET is. Where a route of HEAD is defined, GET is not: the router finds HEAD under
 * GET.
 */
export function createMethodTable(routes: readonly Route[]): (path: string) => string[] {
  // Middleware is registered for all methods, the web client for all paths.
  const own = routes.filter(({ method, path }) => method !== 'ALL' && !path.includes('*'));
  const table = own.map(({ method, path }) => ({
    method,
    pattern: toPattern(path),
    parameters: path.split(':').length,
  }));
  return (path) => {
    const found = table.filter(({ pattern }) => pattern.test(path));
    const fewest = Math.min(...found.map(({ parameters }) => parameters));
    const methods = new Set(found.filter(({ parameters }) => parameters === fewest).map(({ method }) => method));
    if (methods.has('HEAD')) methods.delete('GET');
    else if (methods.has('GET')) methods.add('HEAD');
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
