import { type ErrorCode, problem, problemType } from '@parley/protocol';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { OpenEnv } from '../app-context.ts';
import { fromDomainError } from './domain-errors.ts';
import { isUnavailable } from './is-unavailable.ts';
import { Refusal } from './refusal.ts';

/** Answers every error as a problem document. One nobody foresaw is logged, and tells the client its request id alone. */
export function onError(error: Error, c: Context<OpenEnv>): Response {
  const refusal = toRefusal(error, c);
  const document = problem(refusal.code, refusal.detail, refusal.errors);
  const headers: Record<string, string> = { 'content-type': problemType };
  if (refusal.retryAfter !== undefined) headers['retry-after'] = String(refusal.retryAfter);
  if (refusal.code === 'unauthenticated') headers['www-authenticate'] = 'Bearer';
  return c.body(JSON.stringify(document), document.status as 400, headers);
}

/** Answers a path that nothing serves, or not by this method. */
export function notFound(c: Context<OpenEnv>): Response {
  return onError(new Refusal('not-found', 'Nothing is served here.'), c);
}

function toRefusal(error: Error, c: Context<OpenEnv>): Refusal {
  const { requestId, context } = c.var;
  if (error instanceof Refusal) return error;
  const mapped = fromDomainError(error);
  if (mapped !== undefined) return mapped;
  if (error instanceof HTTPException && error.status < 500) return new Refusal(codeOf(error.status), reasonOf(error));
  if (isUnavailable(error)) {
    context.log.warn({ err: error, requestId }, 'a part of the service is away');
    return new Refusal('unavailable', undefined, { retryAfter: 2 });
  }
  context.log.error({ err: error, requestId }, 'a request failed');
  return new Refusal('internal', `Tell this id to whoever runs the server: ${requestId}`);
}

// Thrown by the framework before a handler is reached.
function codeOf(status: number): ErrorCode {
  return status === 413 ? 'too-large' : 'bad-request';
}

function reasonOf({ status }: HTTPException): string | undefined {
  if (status === 400) return 'The body is not JSON.';
  if (status === 415) return 'The body must be JSON: content-type: application/json.';
  return undefined;
}
