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

/** Defines a public operation from an OpenAPI description and a handler. */
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

/**
 * Defines an operation of the server API, which requires an API key. `c.var.key` is the name of
 * that key.
 */
export function serverOperation<P extends string, R extends Description & { path: P }>(
  description: R,
  handler: RouteHandler<R, ServerEnv>,
): Operation {
  return {
    add: (app) => {
      const { method, scope = method === 'get' ? 'read' : 'write', streams, refuses = [] } = description;
      // Only POST supports idempotency keys, because PUT, PATCH and DELETE are idempotent without
      // them.
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
 * Rejects a request that must have a JSON body but has another content type, which the framework
 * would treat as an empty object. Also rejects JSON that is nested so deeply that validation would
 * overflow the stack, and bytes that are not UTF-8, which the framework would replace.
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
      // Accepts an empty body as `{}`, because many clients send the content type without a body.
      if (text === '' && !required) Object.assign(c.req.bodyCache, { text: Promise.resolve('{}') });
      const json = parseJson(text);
      if (!json.ok && json.reason === 'depth') throw new Refusal('bad-request', `${json.message}.`);
    }
    await next();
  };
}

/** Creates a router to which operations can be added. */
export function createRouter(): App {
  return new OpenAPIHono<OpenEnv>({ defaultHook: onInvalid });
}

/** Returns the description of a JSON response. */
export function jsonResponse<S extends z.ZodType>(schema: S, description: string) {
  return { description, content: { 'application/json': { schema } } };
}

/** Returns the description of a required JSON body. */
export function jsonBody<S extends z.ZodType>(schema: S) {
  return { required: true, content: { 'application/json': { schema } } } as const;
}

/** Returns the description of an optional JSON body. A missing body is read as an empty object. */
export function optionalJsonBody<S extends z.ZodType>(schema: S) {
  return { required: false, content: { 'application/json': { schema } } } as const;
}

/** The response to an operation that returns no content. */
export const noContent = { description: 'Done' } as const;

/**
 * Converts an operation's description to OpenAPI: removes the keys that only Parley uses, and adds
 * every response that the operation can send.
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

/** An operation that can be added to the api's router. */
export interface Operation {
  add(app: App): void;
}

export type App = OpenAPIHono<OpenEnv>;

type Description = RouteConfig & {
  /** Name of the method in generated clients: a verb and its object, such as `listChats`. */
  operationId: string;
  /** Error codes that this operation can respond with, in addition to those of every operation. */
  refuses?: readonly ErrorCode[];
  /**
   * For the server API: the scope that the API key needs. Default: `read` for GET, else `write`.
   */
  scope?: ApiScope;
  /**
   * For the server API: true if the handler reads the body as a stream instead of holding it in
   * memory. Repeating such a request must be harmless, because idempotency keys are not supported.
   */
  streams?: true;
};
