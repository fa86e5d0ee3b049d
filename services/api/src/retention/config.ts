import { duration, type Values } from '@parley/service';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Defines the environment variables for retention. */
export const retentionVariables = {
  RETENTION: duration({ min: DAY_MS, max: 36_500 * DAY_MS, default: undefined }),
  RETENTION_INTERVAL: duration({ min: 10, max: 30 * DAY_MS, default: DAY_MS }),
};

export function retentionConfig(value: Values<typeof retentionVariables>): RetentionConfig {
  return { period: value.RETENTION, interval: value.RETENTION_INTERVAL };
}

export interface RetentionConfig {
  /** Age in ms from which messages are deleted. Undefined: messages are kept forever. */
  period: number | undefined;
  /**
   * Ms between two runs. A message is deleted at most this long after its period has ended, plus
   * the duration of the run.
   */
  interval: number;
}
