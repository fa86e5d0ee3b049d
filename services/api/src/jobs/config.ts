import { duration, integer, type Values } from '@parley/service';

const SECOND_MS = 1000;
const DAY_MS = 86_400_000;

/** Defines the environment variables for jobs, which send a message to many users. */
export const jobVariables = {
  JOB_INTERVAL: duration({ min: 10, default: SECOND_MS }),
  JOB_RATE: integer({ min: 1, max: 100_000, default: 100 }),
  JOB_LEASE: duration({ min: SECOND_MS, default: 60 * SECOND_MS }),
  JOB_TTL: duration({ min: SECOND_MS, default: 30 * DAY_MS }),
  MAX_JOBS: integer({ min: 1, default: 10 }),
  MAX_JOB_RECEIVERS: integer({ min: 1, max: 10_000, default: 2000 }),
};

export function jobConfig(value: Values<typeof jobVariables>): JobConfig {
  return {
    interval: value.JOB_INTERVAL,
    rate: value.JOB_RATE,
    lease: value.JOB_LEASE,
    ttl: value.JOB_TTL,
    perKey: value.MAX_JOBS,
    receivers: value.MAX_JOB_RECEIVERS,
  };
}

export interface JobConfig {
  /** Ms between two checks for due jobs. */
  interval: number;
  /** Maximum number of messages that all jobs send per second, across all replicas. */
  rate: number;
  /** Ms after which another replica continues a job if its process does not renew the lease. */
  lease: number;
  /** Ms for which a finished job is kept in PostgreSQL. */
  ttl: number;
  /** Maximum number of unfinished jobs per API key. */
  perKey: number;
  /** Maximum number of receivers of one job. */
  receivers: number;
}
