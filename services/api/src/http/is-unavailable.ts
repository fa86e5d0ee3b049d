import { RedisUnavailableError } from '@parley/redis';
import { MediaStoreError } from '../media/media-store-error.ts';

/**
 * Returns whether an error means that PostgreSQL, Redis or the media store is down or overloaded,
 * so that a retry of the same request can succeed. PostgreSQL's driver and ioredis throw plain
 * errors, which are recognised by their code or, without a code, by their message.
 */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof RedisUnavailableError || error instanceof MediaStoreError) return true;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return networkCodes.has(code) || sqlStates.test(code) || messages.test(error.message);
}

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  // These two codes mean that the media disk is full.
  'ENOSPC',
  'EDQUOT',
]);

// SQL states for: connection lost, resources exhausted, statement cancelled, server starting or
// stopping, read-only server (a fail-over), deadlock.
const sqlStates = /^(08...|53...|57014|57P0[1-5]|25006|40001|40P01)$/;

const messages = new RegExp(
  [
    '^Connection terminated',
    '^timeout exceeded when trying to connect',
    '^Client has encountered a connection error',
    '^Query read timeout',
    '^Connection is closed',
    "^Stream isn't writeable",
    '^Reached the max retries per request',
    '^Command timed out',
    '^(All sentinels|Failed to refresh slots cache|Cluster isn.t ready|None of startup nodes)',
    '^(LOADING|CLUSTERDOWN|READONLY|MASTERDOWN|TRYAGAIN|OOM|MISCONF|NOREPLICAS|BUSY) ',
  ].join('|'),
);
