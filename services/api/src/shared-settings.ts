import { fingerprint } from '@parley/redis';
import type { ApiConfig } from './config.ts';

/** Returns the settings that all processes of an installation must share, without `BUCKETS`. */
export function sharedSettings(config: ApiConfig): Record<string, string> {
  return {
    HISTORY: config.history,
    SEND_POLICY: config.sendPolicy,
    REPLICAS_ACK: String(config.redis.replicas),
    TOKEN_SECRET: fingerprint(config.tokens.secret),
    TOKEN_ISSUERS: fingerprint(JSON.stringify(config.tokenIssuers)),
  };
}
