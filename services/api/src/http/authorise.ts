import type { MiddlewareHandler } from 'hono';
import type { OpenEnv } from '../app-context.ts';
import { findKey } from './api-keys.ts';
import { limitRequests } from './limit-rate.ts';
import { Refusal } from './refusal.ts';

/** Lets pass who brings a key of the server API, named as `c.var.key`; refuses others with 401. */
export const authorise: MiddlewareHandler<ServerEnv> = async (c, next) => {
  const { context } = c.var;
  const [, given] = /^Bearer ([^\s]+)$/i.exec(c.req.header('authorization') ?? '') ?? [];
  const key = given === undefined ? undefined : findKey(context.config.apiKeys, given);
  if (key === undefined) throw new Refusal('unauthenticated', 'A valid API key is needed.');
  await limitRequests(c, 'key', key.name);
  c.set('key', key.name);
  await next();
};

/** What a request to the server API carries. */
export interface ServerEnv {
  Variables: OpenEnv['Variables'] & {
    /** The name of the API key. */
    key: string;
  };
}
