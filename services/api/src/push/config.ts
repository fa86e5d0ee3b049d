import {
  duration,
  EnvError,
  type EnvProblem,
  integer,
  type Networks,
  networks,
  text,
  type Values,
} from '@parley/service';
import { durations } from '../webhooks/config.ts';
import { type ApnsConfig, apnsConfig, apnsVariables } from './apns/config.ts';
import { type FcmConfig, fcmConfig, fcmVariables } from './fcm/config.ts';

/** Defines the environment variables for push notifications. */
export const pushVariables = {
  PUSH_PUBLIC_KEY: text({ default: '' }),
  PUSH_PRIVATE_KEY: text({ default: '' }),
  PUSH_SUBJECT: text({ default: 'mailto:push@example.com' }),
  ...fcmVariables,
  ...apnsVariables,
  PUSH_TTL: duration({ min: 0, max: 28 * 86_400_000, default: 86_400_000 }),
  PUSH_DELAY: duration({ min: 0, max: 600_000, default: 3000 }),
  PUSH_TIMEOUT: duration({ min: 100, max: 300_000, default: 10_000 }),
  PUSH_RETRIES: durations([5000, 30_000, 120_000]),
  PUSH_CONCURRENCY: integer({ min: 1, max: 1000, default: 8 }),
  PUSH_NETWORKS: networks(),
  PUSH_DEVICE_TTL: duration({ min: 1000, default: 90 * 86_400_000 }),
  MAX_PUSH_SUBSCRIPTIONS: integer({ min: 1, default: 20 }),
};

/**
 * Returns the settings of push notifications. Undefined if no push service has keys.
 *
 * @throws EnvError if some settings of a push service are missing
 */
export function pushConfig(value: Values<typeof pushVariables>): PushConfig | undefined {
  const problems: EnvProblem[] = [];
  const services = { web: webPushConfig(value), fcm: fcmConfig(value), apns: apnsConfig(value, problems) };
  if (problems.length > 0) throw new EnvError(problems);
  if (!Object.values(services).some((service) => service !== undefined)) return undefined;
  return {
    ...services,
    ttl: value.PUSH_TTL / 1000,
    delay: value.PUSH_DELAY,
    timeout: value.PUSH_TIMEOUT,
    retries: value.PUSH_RETRIES,
    concurrency: value.PUSH_CONCURRENCY,
    allowed: value.PUSH_NETWORKS,
    deviceTtl: value.PUSH_DEVICE_TTL,
    subscriptions: value.MAX_PUSH_SUBSCRIPTIONS,
  };
}

function webPushConfig(value: Values<typeof pushVariables>): WebPushConfig | undefined {
  if (value.PUSH_PUBLIC_KEY === '' || value.PUSH_PRIVATE_KEY === '') return undefined;
  return { publicKey: value.PUSH_PUBLIC_KEY, privateKey: value.PUSH_PRIVATE_KEY, subject: value.PUSH_SUBJECT };
}

export interface PushConfig {
  /**
   * Settings of Web Push; `fcm` and `apns` are those of FCM and APNs. Undefined if the server does
   * not use the service.
   */
  web: WebPushConfig | undefined;
  fcm: FcmConfig | undefined;
  apns: ApnsConfig | undefined;
  /** Number of seconds for which a push service keeps a notification for an offline device. */
  ttl: number;
  /** Ms that a connected user has to read a message before it is pushed. */
  delay: number;
  /** Timeout in ms of a request to a push service. */
  timeout: number;
  /** Ms before each retry of a notification that could not be sent, one entry per retry. */
  retries: readonly number[];
  /** Maximum number of messages that a process pushes at the same time. */
  concurrency: number;
  /** Private networks in which push services are allowed, even without TLS. */
  allowed: Networks;
  /** Ms after its last registration when a device is deleted. */
  deviceTtl: number;
  /** Maximum number of push devices of one user. */
  subscriptions: number;
}

/**
 * VAPID keys of Web Push in base64url, and the contact address for push services (`mailto:` or
 * `https:`).
 */
export interface WebPushConfig {
  publicKey: string;
  privateKey: string;
  subject: string;
}
