import { duration, integer, text, type Values } from '@parley/service';
import { type Networks, networks } from '../http/networks.ts';

/** The variables of the environment that concern Web Push. */
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

/** How browsers are pushed to; undefined without keys, or with but one of them. */
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
  /** VAPID's: base64url, and how push services reach whoever runs this server (`mailto:` or `https:`). */
  keys: { publicKey: string; privateKey: string; subject: string };
  /** Seconds for which a push service keeps what a browser that is away did not get. */
  ttl: number;
  /** Ms for one request. */
  timeout: number;
  /** Messages that are pushed at a time, of one process. */
  concurrency: number;
  /** Networks that are not public and where push services may be all the same, also without TLS. */
  allowed: Networks;
  /** Browsers of one user. */
  subscriptions: number;
}
