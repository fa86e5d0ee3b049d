import type { RouteConfig } from '@hono/zod-openapi';
import { problemType } from '@parley/protocol';
import { problemSchema } from './schemas.ts';

/**
 * Returns the OpenAPI description of an error response: a problem document that has one of these
 * codes.
 */
export function problemResponse(codes: readonly string[]): Response {
  return { description: `Error: ${codes.join(', ')}`, content: { [problemType]: { schema: problemSchema } } };
}

/** Adds to a response's description those headers that every response with this status has. */
export function withHeaders(status: string, response: Response): Response {
  const own = 'headers' in response ? response.headers : {};
  const names = ['X-Request-Id', 'RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset'];
  if (status === '401') names.push('WWW-Authenticate');
  if (status === '408' || status === '429' || status === '503') names.push('Retry-After');
  const common = Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
  return { ...response, headers: { ...common, ...own } } as Response;
}

/** The `Location` header of a response to a request that created an object. */
export const locationHeader = { Location: { $ref: '#/components/headers/Location' } };

/** The headers of responses, for the `components` section of the OpenAPI document. */
export const headers: Record<string, HeaderObject> = {
  'X-Request-Id': {
    description: 'The id of this request, which the log of the server holds too',
    schema: { type: 'string', pattern: '^[A-Za-z0-9_.-]{1,64}$' },
  },
  'RateLimit-Limit': count('Requests per minute. Absent while Redis is unavailable, since nothing is counted then'),
  'RateLimit-Remaining': count('Requests that are left now'),
  'RateLimit-Reset': count('Seconds until all requests are left again'),
  'Retry-After': count('Seconds after which the same request may succeed'),
  'WWW-Authenticate': { description: 'How to authenticate', schema: { type: 'string', const: 'Bearer' } },
  Location: {
    description: 'The address of what was created',
    schema: { type: 'string', format: 'uri-reference' },
  },
};

function count(description: string): HeaderObject {
  return { description, schema: { type: 'integer', minimum: 0 } };
}

/** Returns the OpenAPI description of a string header that only some responses have. */
export function textHeader(description: string): HeaderObject {
  return { description, schema: { type: 'string' } };
}

interface HeaderObject {
  description: string;
  schema: { type: 'string' | 'integer'; minimum?: number; pattern?: string; format?: string; const?: string };
  [extension: `x-${string}`]: unknown;
}

type Response = RouteConfig['responses'][string];
