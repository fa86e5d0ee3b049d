/** Names of the path parameters that identify a user or group. */
const REFS = new Set(['user', 'friend', 'blocked', 'group']);

/**
 * Creates the request of an operation. Puts input fields named like a path parameter into the path,
 * and the others into the query or the body.
 *
 * @throws TypeError if a path parameter is missing, or is `.` or `..`, which would change the path
 */
export function toRequest(operation: string, input: object): ServerRequest {
  const rest: Record<string, unknown> = { ...input };
  const [method = '', path = ''] = operation
    .replace(/\{(\w+)\}/g, (_, name: string) => {
      const segment = toSegment(name, rest[name]);
      delete rest[name];
      return segment;
    })
    .split(' ');
  if (/^(POST|PUT|PATCH)$/.test(method)) return { method, path, body: JSON.stringify(rest) };
  // Converts to JSON and back, because that leaves out undefined values.
  const query = String(new URLSearchParams(JSON.parse(JSON.stringify(rest))));
  return { method, path: query === '' ? path : `${path}?${query}`, body: undefined };
}

function toSegment(name: string, value: unknown): string {
  if (typeof value === 'number') return REFS.has(name) ? `~${value}` : String(value);
  // Rejects `.` and `..`, because a URL drops such segments and would lead to another operation.
  if (typeof value !== 'string' || value === '' || value === '.' || value === '..')
    throw new TypeError(`${name} must be a number or a text other than "", "." and ".."`);
  if (REFS.has(name) && value.startsWith('~'))
    throw new TypeError(`${name} must not begin with ~. Pass the id of Parley as a number.`);
  return encodeURIComponent(value);
}

/** A request to the api, with a path relative to `/v1`. */
export interface ServerRequest {
  method: string;
  path: string;
  body: string | undefined;
}
