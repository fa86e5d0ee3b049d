import { duration, integer, type Networks, networks, text, type Values } from '@parley/service';

/** The environment variables of Web Push. */
export const pushVariables = {
  PUSH_PUBLIC_KEY: text({ default: '' }),
  PUSH_PRIVATE_KEY: text({ default: '' }),
  PUSH_SUBJECT: text({ default: 'mailto:push@example.com' }),
  PUSH_TTL: duration({ min: 0, max: 28 * 86_400_000, default: 86_400_000 }),
  PUSH_TIMEOUT: duration({ min: 100, max: 300_000, default: 10_000 }),
  PUSH_CONCURRENCY: integer({ min: 1, max: 1000, default: 8 }),
  PUSH_NETWORKS: networks(),
  MAX_PUSH_SUBSCRIPTIONS: integer({ min: 1, default: 20 }),
};

/** Returns the settings of push. Undefined unless both keys are set. */
export function pushConfig(value: Values<typeof pushVariables>): PushConfig | undefined {
  if (value.PUSH_PUBLIC_KEY === '' || value.PUSH_PRIVATE_KEY === '') return undefined;
  return {
    keys: { publicKey: value.PUSH_PUBLIC_KEY, privateKey: value.PUSH_PRIVATE_KEY, subject: value.PUSH_SUBJECT },
    ttl: value.PUSH_TTL / 1000,
    timeout: value.PUSH_TIMEOUT,
    concurrency: value.PUSH_CONCURRENCY,
    allowed: value.PUSH_NETWORKS,
    subscriptions: value.MAX_PUSH_SUBSCRIPTIONS,
  };
}

export interface PushConfig {
  /** VAPID keys in base64url, and the contact for push services (`mailto:` or `https:`). */
  keys: { publicKey: string; privateKey: string; subject: string };
  /** Seconds for which a push service keeps a notification for an offline browser. */
  ttl: number;
  /** Ms per request. */
  timeout: number;
  /** Messages pushed at a time per process. */
  concurrency: number;
  /** Private networks where push services are allowed, also without TLS. */
  allowed: Networks;
  /** Devices of one user. */
  subscriptions: number;
}
