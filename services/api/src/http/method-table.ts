/**
 * Creates a function that returns the sorted HTTP methods which a path supports. If several routes
 * match, the function uses the route with the fewest parameters, such as `/v1/sessions/refresh`
 * instead of `/v1/sessions/:id`. A GET route also supports HEAD. A HEAD route does not support GET,
 * although the router registers it under GET.
 */
export function createMethodTable(routes: readonly Route[]): (path: string) => string[] {
  // Ignores middleware, which is registered for all methods, and the web client, which is
  // registered for all paths.
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

/** Converts a path such as `/v1/users/:id` to a regular expression. */
function toPattern(path: string): RegExp {
  const source = path.replaceAll(/[.+?^$()|[\]\\]/g, '\\$&').replaceAll(/:\w+(\{[^}]*\})?/g, '[^/]+');
  return new RegExp(`^${source}$`);
}

interface Route {
  method: string;
  path: string;
}
