import {
  duration,
  integer,
  type Networks,
  networks,
  type Values,
  type Variable,
  type WebhookEndpoint,
  webhooks,
} from '@parley/service';

/** Defines the environment variables for webhooks. */
export const webhookVariables = {
  WEBHOOKS: webhooks({ signed: true }),
  WEBHOOK_RETRIES: durations([
    5 * 1000,
    30_000,
    120_000,
    600_000,
    1_800_000,
    3_600_000,
    10_800_000,
    21_600_000,
    43_200_000,
    86_400_000,
  ]),
  WEBHOOK_TIMEOUT: duration({ min: 100, max: 300_000, default: 10_000 }),
  WEBHOOK_CONCURRENCY: integer({ min: 1, max: 1000, default: 8 }),
  WEBHOOK_NETWORKS: networks(),
  WEBHOOK_BACKLOG: integer({ min: 1, max: 100_000_000, default: 100_000 }),
  WEBHOOK_DEAD: integer({ min: 1, max: 10_000_000, default: 10_000 }),
};

export function webhookConfig(value: Values<typeof webhookVariables>): WebhookConfig {
  return {
    endpoints: value.WEBHOOKS,
    retries: value.WEBHOOK_RETRIES,
    timeout: value.WEBHOOK_TIMEOUT,
    concurrency: value.WEBHOOK_CONCURRENCY,
    allowed: value.WEBHOOK_NETWORKS,
    backlog: value.WEBHOOK_BACKLOG,
    dead: value.WEBHOOK_DEAD,
  };
}

/** Defines a variable with durations separated by commas, which are read as ms. */
export function durations(standard: readonly number[]): Variable<readonly number[]> {
  const one = duration({ min: 1, max: 30 * 86_400_000 });
  return {
    read(text, production) {
      if (text === '') return { ok: true, value: standard };
      const outcomes = text.split(',').map((each) => one.read(each.trim(), production));
      const wrong = outcomes.find((outcome) => !outcome.ok);
      if (wrong && !wrong.ok) return wrong;
      return { ok: true, value: outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value] : [])) };
    },
  };
}

export interface WebhookConfig {
  endpoints: readonly WebhookEndpoint[];
  /**
   * Ms to wait after each failed attempt, one entry per retry. After the last retry, the event
   * fails permanently.
   */
  retries: readonly number[];
  /** Timeout in ms of one delivery attempt. */
  timeout: number;
  /** Maximum number of concurrent attempts to one endpoint, per process. */
  concurrency: number;
  /** Private networks in which endpoints are allowed, even without TLS. */
  allowed: Networks;
  /** Maximum number of queued events per endpoint. */
  backlog: number;
  /**
   * Maximum number of permanently failed events that are kept per endpoint. The oldest are deleted.
   */
  dead: number;
}
