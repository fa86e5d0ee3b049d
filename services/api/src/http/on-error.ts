import { type ErrorCode, problem, problemType } from '@parley/protocol';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { OpenEnv } from '../app-context.ts';
import { fromDomainError } from './domain-errors.ts';
import { isUnavailable } from './is-unavailable.ts';
import { toHeaders } from './limit-rate.ts';
import { createMethodTable } from './method-table.ts';
import type { App } from './operation.ts';
import { Refusal } from './refusal.ts';

/**
 * Responds to every error with a problem document. Logs unexpected errors, of which clients see
 * only the request id.
 */
export function onError(error: Error, c: Context<OpenEnv>): Response {
  const refusal = toRefusal(error, c);
  const document = problem(refusal.code, refusal.detail, refusal.errors);
  const headers: Record<string, string> = { 'content-type': problemType };
  const retryAfter = refusal.retryAfter ?? (comesLater(document.status) ? 1 : undefined);
  if (retryAfter !== undefined) headers['retry-after'] = String(retryAfter);
  if (refusal.allow !== undefined) headers.allow = refusal.allow.join(', ');
  if (refusal.rateLimit !== undefined) Object.assign(headers, toHeaders(refusal.rateLimit));
  if (refusal.code === 'unauthenticated') headers['www-authenticate'] = 'Bearer';
  return c.body(JSON.stringify(document), document.status as 400, headers);
}

/**
 * Responds with 404 to an unknown path, and with 405 to a method that the path does not support.
 */
export function notFound(app: App): (c: Context<OpenEnv>) => Response {
  let methodsOf: ((path: string) => string[]) | undefined;
  return (c) => {
    methodsOf ??= createMethodTable(app.routes);
    const allow = methodsOf(c.req.path);
    if (allow.length === 0) return onError(new Refusal('not-found', 'There is no operation at this address.'), c);
    return onError(methodNotAllowed(c.req.method, allow), c);
  };
}

/** Creates the error for a method that the path does not support. */
export function methodNotAllowed(method: string, allow: readonly string[]): Refusal {
  return new Refusal('method-not-allowed', `${method} is not allowed here. Use ${allow.join(', ')}.`, { allow });
}

/** Returns whether every response with this status has a `Retry-After` header. */
function comesLater(status: number): boolean {
  return status === 408 || status === 429 || status === 503;
}

function toRefusal(error: Error, c: Context<OpenEnv>): Refusal {
  const { requestId, context } = c.var;
  if (error instanceof Refusal) return error;
  const mapped = fromDomainError(error);
  if (mapped !== undefined) return mapped;
  if (error instanceof HTTPException && error.status < 500) return new Refusal(codeOf(error.status), reasonOf(error));
  if (isUnavailable(error)) {
    context.log.warn({ err: error, requestId }, 'Redis, PostgreSQL or the media store is unavailable');
    return new Refusal('unavailable', undefined, { retryAfter: 2 });
  }
  context.log.error({ err: error, requestId }, 'request failed');
  return new Refusal('internal', `Report this id to the operator of the server: ${requestId}`);
}

// Returns the error code for a status with which the framework refuses a request before a handler
// runs.
function codeOf(status: number): ErrorCode {
  return status === 413 ? 'too-large' : 'bad-request';
}

function reasonOf({ status }: HTTPException): string | undefined {
  if (status === 400) return 'The body is not JSON.';
  if (status === 415) return 'The body must be JSON: content-type: application/json.';
  return undefined;
}
