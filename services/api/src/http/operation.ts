import { OpenAPIHono, type RouteConfig, type RouteHandler, type z } from '@hono/zod-openapi';
import { type ErrorCode, errorCodes, problemType } from '@parley/protocol';
import type { CallerEnv, OpenEnv } from '../app-context.ts';
import { authenticate } from './authenticate.ts';
import { authorise, type ServerEnv } from './authorise.ts';
import { onInvalid } from './on-invalid.ts';
import { problemSchema } from './schemas.ts';

/** An operation open to anybody: its description, which the OpenAPI document shows, and its handler. */
export function operation<P extends string, R extends Description & { path: P }>(
  description: R,
  handler: RouteHandler<R, OpenEnv>,
): Operation {
  return {
    add: (app) => {
      app.openapi<R>({ ...description, responses: responses(description, false) }, handler);
    },
  };
}

/** An operation of someone signed in: `c.var.caller`. */
export function callerOperation<P extends string, R extends Description & { path: P }>(
  description: R,
  handler: RouteHandler<R, CallerEnv>,
): Operation {
  return {
    add: (app) => {
      (app as unknown as OpenAPIHono<CallerEnv>).openapi<R>(
        {
          ...description,
          security: [{ accessToken: [] }],
          middleware: authenticate,
          responses: responses(description, true),
        },
        handler,
      );
    },
  };
}

/** An operation of the product Parley belongs to, which shows an API key: `c.var.key`. */
export function serverOperation<P extends string, R extends Description & { path: P }>(
  description: R,
  handler: RouteHandler<R, ServerEnv>,
): Operation {
  return {
    add: (app) => {
      (app as unknown as OpenAPIHono<ServerEnv>).openapi<R>(
        {
          ...description,
          security: [{ apiKey: [] }],
          middleware: authorise,
          responses: responses(description, true),
        },
        handler,
      );
    },
  };
}

/** The application operations are added to. */
export function createRouter(): App {
  return new OpenAPIHono<OpenEnv>({ defaultHook: onInvalid });
}

/** A JSON answer. */
export function jsonResponse<S extends z.ZodType>(schema: S, description: string) {
  return { description, content: { 'application/json': { schema } } };
}

/** A JSON body that must be there. */
export function jsonBody<S extends z.ZodType>(schema: S) {
  return { required: true, content: { 'application/json': { schema } } } as const;
}

/** The answer to what has no result. */
export const noContent = { description: 'Done' } as const;

// Besides what an operation says itself, each may refuse for these reasons.
function responses({ refuses = [], request, responses }: Description, signedIn: boolean): RouteConfig['responses'] {
  const codes: ErrorCode[] = [...refuses, 'internal', 'unavailable', 'too-many'];
  if (request !== undefined) codes.push('bad-request');
  if (request?.body !== undefined) codes.push('too-large');
  if (signedIn) codes.push('unauthenticated');
  const byStatus = new Map<number, string[]>();
  for (const code of new Set(codes)) {
    const { status } = errorCodes[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const refusals = [...byStatus].map(([status, words]) => [
    status,
    { description: words.join(', '), content: { [problemType]: { schema: problemSchema } } },
  ]);
  return { ...responses, ...Object.fromEntries(refusals.sort()) };
}

/** Something the api does; its file says how it is asked for and what it does then. */
export interface Operation {
  add(app: App): void;
}

export type App = OpenAPIHono<OpenEnv>;

type Description = RouteConfig & {
  /** Codes this operation may answer, besides those that any may. */
  refuses?: readonly ErrorCode[];
};
