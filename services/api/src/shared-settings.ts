import { fingerprint } from '@parley/redis';
import type { ApiConfig } from './config.ts';

/**
 * Returns the settings that must be the same in all processes of an installation, except `BUCKETS`.
 */
export function sharedSettings(config: ApiConfig): Record<string, string> {
  return {
    HISTORY: config.history,
    SEND_POLICY: config.sendPolicy,
    REPLICAS_ACK: String(config.redis.replicas),
    TOKEN_SECRET: fingerprint(config.tokens.secret),
    TOKEN_ISSUERS: fingerprint(JSON.stringify(config.tokenIssuers)),
  };
}
