import { isUtf8 } from 'node:buffer';
import { OpenAPIHono, type RouteConfig, type RouteHandler, type z } from '@hono/zod-openapi';
import { type ErrorCode, errorCodes, parseJson } from '@parley/protocol';
import type { MiddlewareHandler } from 'hono';
import type { CallerEnv, OpenEnv } from '../app-context.ts';
import type { ApiScope } from './api-keys.ts';
import { authenticate } from './authenticate.ts';
import { authorise, type ServerEnv } from './authorise.ts';
import { executeOnce, idempotencyHeaders } from './idempotency.ts';
import { onInvalid } from './on-invalid.ts';
import { Refusal } from './refusal.ts';
import { problemResponse, withHeaders } from './response-headers.ts';

/** Defines a public operation: its description for the OpenAPI document, and its handler. */
export function operation<P extends string, R extends Description & { path: P }>(
  description: R,
  handler: RouteHandler<R, OpenEnv>,
): Operation {
  return {
    add: (app) => {
      const route = { security: [], ...describe(description, false), middleware: requireJson(description) };
      app.openapi<R>(route as unknown as R, handler);
    },
  };
}

/** Defines an operation that requires an access token. `c.var.caller` is its user. */
export function callerOperation<P extends string, R extends Description & { path: P }>(
  description: R,
  handler: RouteHandler<R, CallerEnv>,
): Operation {
  return {
    add: (app) => {
      const route = {
        ...describe(description, true),
        security: [{ accessToken: [] }],
        middleware: [authenticate, requireJson(description)],
      };
      (app as unknown as OpenAPIHono<CallerEnv>).openapi<R>(route as unknown as R, handler);
    },
  };
}

/** Defines an operation of the server API, which requires an API key. `c.var.key` is its name. */
export function serverOperation<P extends string, R extends Description & { path: P }>(
  description: R,
  handler: RouteHandler<R, ServerEnv>,
): Operation {
  return {
    add: (app) => {
      const { method, scope = method === 'get' ? 'read' : 'write', streams, refuses = [] } = description;
      // PUT, PATCH and DELETE are idempotent without an idempotency key.
      const isPost = method === 'post' && !streams;
      const described = {
        ...description,
        ...(isPost && { request: { ...description.request, headers: idempotencyHeaders } }),
        refuses: ['forbidden' as const, ...(isPost ? ['conflict' as const] : []), ...refuses],
      };
      const route = {
        ...describe(described, true),
        security: [{ apiKey: [] }],
        middleware: [authorise(scope), requireJson(description), ...(isPost ? [executeOnce] : [])],
      };
      (app as unknown as OpenAPIHono<ServerEnv>).openapi<R>(route as unknown as R, handler);
    },
  };
}

/**
 * Rejects a request without JSON if JSON is required, because the framework would use an empty
 * object. Also rejects JSON that is nested too deeply, because the validation would overflow the
 * stack, and bytes that are not UTF-8, because the framework would replace them.
 */
function requireJson({ request }: Description): MiddlewareHandler {
  const readsJson = request?.body !== undefined && 'application/json' in request.body.content;
  const required = readsJson && request.body?.required === true;
  return async (c, next) => {
    if (required && !/^application\/([\w.+-]+\+)?json\b/i.test(c.req.header('content-type') ?? '')) {
      throw new Refusal('bad-request', 'The body must be JSON: content-type: application/json.');
    }
    if (readsJson) {
      if (!isUtf8(await c.req.arrayBuffer())) throw new Refusal('bad-request', 'The body is not valid UTF-8.');
      const text = await c.req.text();
      // Many clients send the content type without a body.
      if (text === '' && !required) Object.assign(c.req.bodyCache, { text: Promise.resolve('{}') });
      const json = parseJson(text);
      if (!json.ok && json.reason === 'depth') throw new Refusal('bad-request', `${json.message}.`);
    }
    await next();
  };
}

/** Creates the application to which operations are added. */
export function createRouter(): App {
  return new OpenAPIHono<OpenEnv>({ defaultHook: onInvalid });
}

/** A JSON response. */
export function jsonResponse<S extends z.ZodType>(schema: S, description: string) {
  return { description, content: { 'application/json': { schema } } };
}

/** Returns the description of a required JSON body. */
export function jsonBody<S extends z.ZodType>(schema: S) {
  return { required: true, content: { 'application/json': { schema } } } as const;
}

/** Returns a JSON body that may be missing. A missing body is read as an empty object. */
export function optionalJsonBody<S extends z.ZodType>(schema: S) {
  return { required: false, content: { 'application/json': { schema } } } as const;
}

/** The response of an operation without a result. */
export const noContent = { description: 'Done' } as const;

/**
 * Returns the description without Parley's own keys, and with every response that the operation may
 * send.
 */
function describe<R extends Description>({ refuses = [], scope: _, streams: __, ...route }: R, signedIn: boolean) {
  const codes: ErrorCode[] = [...refuses, 'internal', 'unavailable', 'too-many'];
  if (route.request !== undefined) codes.push('bad-request');
  if (route.request?.body !== undefined) codes.push('too-large', 'too-slow');
  if (signedIn) codes.push('unauthenticated');
  const byStatus = new Map<number, string[]>();
  for (const code of new Set(codes)) {
    const { status } = errorCodes[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const refusals = [...byStatus].map(([status, words]) => [status, problemResponse(words)]);
  const all: [string, RouteConfig['responses'][string]][] = Object.entries({
    ...route.responses,
    ...Object.fromEntries(refusals),
  });
  const responses = Object.fromEntries(all.map(([status, response]) => [status, withHeaders(status, response)]));
  return { ...route, responses } as unknown as Omit<R, 'refuses'>;
}

/** An operation of the api. */
export interface Operation {
  add(app: App): void;
}

export type App = OpenAPIHono<OpenEnv>;

type Description = RouteConfig & {
  /** The name of the method in generated clients: a verb and its object, such as `listChats`. */
  operationId: string;
  /** Codes that this operation may respond with, in addition to those of every operation. */
  refuses?: readonly ErrorCode[];
  /** For the server API: the scope that a key needs. Default: `read` for GET, else `write`. */
  scope?: ApiScope;
  /**
   * Of the server API: true if the body is a stream, which is not held in memory. Repeating the
   * request must be harmless, because an idempotency key is not supported.
   */
  streams?: true;
};
