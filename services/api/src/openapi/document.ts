import { OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi';
import { type RouteConfig, z } from '@hono/zod-openapi';
import type { App } from '../http/operation.ts';
import { headers, problemResponse } from '../http/response-headers.ts';
import { namedSchemas } from '../http/schemas.ts';
import { gatewayOperations } from './gateway-operations.ts';
import { tags } from './tags.ts';

/**
 * Creates the OpenAPI 3.1 document. It contains the operations of `app`, generated from their own
 * schemas, and the HTTP operations of the gateways at `gatewayUrls`.
 */
export function createDocument(app: App, gatewayUrls: readonly string[]): object {
  const { openAPIRegistry: registry } = app;
  registry.registerComponent('securitySchemes', 'accessToken', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'The access token of a session',
  });
  registry.registerComponent('securitySchemes', 'apiKey', {
    type: 'http',
    scheme: 'bearer',
    description: 'A key of `API_KEYS`, for the server of your product alone: it acts in the name of any user',
  });
  for (const [name, header] of Object.entries(headers)) registry.registerComponent('headers', name, header);
  for (const operation of [...gatewayOperations(gatewayUrls), ...health(gatewayUrls)]) registry.registerPath(operation);
  // Generates named schemas first. Otherwise, a schema that is nullable in one place would become
  // nullable everywhere.
  const named = Object.values(namedSchemas).map((schema) => ({ type: 'schema' as const, schema }));
  const document = new OpenApiGeneratorV31([...named, ...registry.definitions]).generateDocument({
    openapi: '3.1.0',
    info,
    servers: [{ url: '/', description: 'The api' }],
    tags,
  });
  const unions = unionsOf(document.components?.schemas ?? {});
  return JSON.parse(
    JSON.stringify(document),
    (_, value) =>
      referenceOf(value) ?? nullableUnion(value, unions) ?? nullableMap(value) ?? safeInteger(value) ?? value,
  );
}

/**
 * Adds a maximum to an integer schema that has none, because the api rejects numbers above 2^53 -
 * 1, which are not exact in JSON.
 */
function safeInteger(value: unknown): object | undefined {
  const { type, maximum, exclusiveMaximum } = (value ?? {}) as Record<string, unknown>;
  const isInteger = type === 'integer' || (Array.isArray(type) && type.includes('integer'));
  if (!isInteger || maximum !== undefined || exclusiveMaximum !== undefined) return undefined;
  return { ...(value as object), maximum: Number.MAX_SAFE_INTEGER };
}

/** Maps the JSON of the members of each `oneOf` schema to a reference to that schema. */
function unionsOf(schemas: Record<string, object>): Map<string, { $ref: string }> {
  const unions = Object.entries(schemas).flatMap(([name, schema]) =>
    'oneOf' in schema ? [[JSON.stringify(schema.oneOf), { $ref: `#/components/schemas/${name}` }] as const] : [],
  );
  return new Map(unions);
}

/**
 * Replaces the inlined members of a nullable union with a reference to the union. Otherwise, client
 * generators would create a second union without a discriminator from the inlined members.
 */
function nullableUnion(value: unknown, unions: Map<string, { $ref: string }>): object | undefined {
  const { anyOf, ...rest } = (value ?? {}) as { anyOf?: object[] };
  if (!anyOf) return undefined;
  const last = anyOf.at(-1);
  const union = unions.get(JSON.stringify(anyOf.slice(0, -1)));
  if (!union || !last || !('type' in last) || last.type !== 'null') return undefined;
  return { ...rest, anyOf: [union, last] };
}

/**
 * Splits the schema of a nullable map into a union of a map and null, because OpenAPI Generator
 * fails for Python if they are one schema.
 */
function nullableMap(value: unknown): object | undefined {
  const { type, additionalProperties, properties, ...rest } = (value ?? {}) as Record<string, unknown>;
  if (!Array.isArray(type) || !type.includes('null') || !additionalProperties || properties) return undefined;
  return { ...rest, anyOf: [{ type: 'object', additionalProperties }, { type: 'null' }] };
}

/**
 * Converts a reference with a description from `allOf`, which the generator writes as OpenAPI 3.0
 * requires, to the shorter form of OpenAPI 3.1. Client generators would omit an operation that
 * contains `allOf`.
 */
function referenceOf(value: unknown): object | undefined {
  const [reference, other, ...more] = (value as { allOf?: object[] } | null)?.allOf ?? [];
  if (!reference || !other || more.length > 0 || !('$ref' in reference)) return undefined;
  return Object.keys(other).join() === 'description' ? { ...reference, ...other } : undefined;
}

const info = {
  title: 'Parley',
  version: '1.0.0',
  description:
    'A chat backend: accounts, friends, groups, chats, history, search and media. Messages are sent and events are ' +
    'received through a gateway, by WebSocket or by the operations tagged Gateway.',
  license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  contact: { name: 'The operator of this server' },
};

/** Returns the health operations, which are the same in every process. */
function health(gatewayUrls: readonly string[]): RouteConfig[] {
  const servers = [
    { url: '/', description: 'The api' },
    ...gatewayUrls.map((url) => ({ url, description: 'A gateway' })),
  ];
  const json = (description: string) => ({ description, content: { 'application/json': { schema: healthSchema } } });
  const text = (description: string) => ({ description, content: { 'text/plain': { schema: z.string() } } });
  const base = { method: 'get' as const, tags: ['Health'], servers, security: [] };
  const badHost = problemResponse(['bad-request']);
  return [
    {
      ...base,
      path: '/healthz',
      operationId: 'getLiveness',
      summary: 'Is the process alive?',
      responses: { 200: json('It is'), 400: badHost },
    },
    {
      ...base,
      path: '/readyz',
      operationId: 'getReadiness',
      summary: 'Can the process serve requests?',
      responses: { 200: json('It can'), 400: badHost, 503: json('It cannot; the body names the reasons') },
    },
    {
      ...base,
      path: '/metrics',
      operationId: 'getMetrics',
      summary: 'Metrics for Prometheus',
      responses: { 200: text('The metrics in the text format of Prometheus'), 400: badHost },
    },
  ];
}

const healthSchema = z.object({ ok: z.boolean(), reasons: z.array(z.string()).optional() }).openapi('Health');
