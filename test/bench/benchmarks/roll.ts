import { openPool } from '@parley/database';
import { Crowd, type Talk } from '../../balancer/crowd.ts';
import { readMetric } from '../../balancer/metrics.ts';
import { roll as rollGateways } from '../../balancer/roll.ts';
import { BalancedSystem } from '../../balancer/system.ts';
import { type Rates, sample } from '../measure/rates.ts';
import type { Options } from '../options.ts';
import { table } from '../report/table.ts';

/**
 * Restarts three gateways behind a load balancer one after the other, while clients write to each
 * other.
 */
export async function roll(options: Options, report: (line: string) => void): Promise<RollResult> {
  report('three gateways, two apis, a load balancer: starting');
  await using system = await BalancedSystem.start({ env: { DRAIN_TIME: `${DRAIN}s` } });
  const pool = openPool({ url: system.stack.databaseUrl, name: 'bench' });
  const counters = {
    requests: () => over(system, /route="\/v1/),
    signIns: () => over(system, /route="\/v1\/(sessions|users)"|refresh/),
    transactions: async () => (await pool.query<{ n: number }>(transactions)).rows[0]?.n ?? 0,
  };
  try {
    report(`${options.clients} clients come in`);
    await using crowd = await Crowd.gather(system.url, options.clients);
    report(`${options.rollRate} messages/s, at first without a restart`);
    const steady = await during(counters, (done) => crowd.talk(options.rollRate, done), pause(QUIET));
    report('and now with one of each gateway');
    const rolling = rollGateways(system);
    const rolled = await during(counters, (done) => crowd.talk(options.rollRate, done), rolling);
    const { talk } = rolled;
    return {
      ...{ clients: options.clients, rate: options.rollRate, drain: DRAIN, seconds: rolled.seconds, talk },
      ...{ ready: await rolling, steady: steady.rates, rolling: rolled.rates },
      ...{ back: crowd.online, reconnects: crowd.absences.length, mostReconnects: most(crowd.absences) },
      away: quantiles(crowd.absences.map(({ from, to }) => to - from)),
    };
  } finally {
    await pool.end();
  }
}

/**
 * Seconds within which a stopping gateway disconnects its clients: the default of the setting
 * DRAIN_TIME.
 */
const DRAIN = 10;

/** Seconds for which clients write before the restarts, to measure the rates without restarts. */
const QUIET = 5;

const transactions = `
  select (xact_commit + xact_rollback)::float8 as n from pg_stat_database where datname = current_database()`;

const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

async function over({ apis }: BalancedSystem, labels: RegExp): Promise<number> {
  const counts = await Promise.all(apis.map(({ url }) => readMetric(url, 'parley_api_request_seconds_count', labels)));
  return counts.reduce((sum, count) => sum + count);
}

async function during<Name extends string>(
  counters: Record<Name, () => Promise<number>>,
  act: (done: Promise<unknown>) => Promise<Talk>,
  until: Promise<unknown>,
) {
  const sampler = sample(counters);
  const began = performance.now();
  let seconds = 0;
  const done = until.finally(() => {
    seconds = (performance.now() - began) / 1000;
  });
  const talk = await act(done);
  return { talk, seconds, rates: await sampler.stop() };
}

/** Returns the maximum number of clients that lost their connection within one second. */
function most(absences: { from: number }[]): number {
  const times = absences.map(({ from }) => from).sort((a, b) => a - b);
  let first = 0;
  let found = 0;
  for (const [last, time] of times.entries()) {
    while (time - (times[first] as number) >= 1000) first += 1;
    found = Math.max(found, last - first + 1);
  }
  return found;
}

function quantiles(values: number[]) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

/** Formats the result of the benchmark as one table. */
export function showRoll(result: RollResult): string {
  const { talk, steady, rolling } = result;
  const ms = (value: number) => value.toFixed(0);
  const average = result.reconnects / result.seconds;
  return table([
    [`${result.clients} clients, ${result.rate} messages/s, drain ${result.drain} s`, ''],
    ['seconds', result.seconds.toFixed(1)],
    ['sent', String(talk.sent)],
    ['lost, refused or unacknowledged', String(talk.lost + talk.refused + talk.unacknowledged)],
    ['doubled', String(talk.doubled)],
    ['end to end p50, p99, most, ms', [talk.latency.p50, talk.latency.p99, talk.latency.most].map(ms).join(' / ')],
    ['clients online afterwards', String(result.back)],
    ['reconnects', String(result.reconnects)],
    ['  in one second: average, most', `${average.toFixed(0)} / ${result.mostReconnects}`],
    ['  away p50, p99, ms', `${ms(result.away.p50)} / ${ms(result.away.p99)}`],
    ['sign-ins and refreshes in one second, most', String(rolling.signIns?.most)],
    ['requests to the apis in one second, most', String(rolling.requests?.most)],
    ['PostgreSQL transactions/s before: average, most', rates(steady.transactions)],
    ['PostgreSQL transactions/s during: average, most', rates(rolling.transactions)],
    ['a gateway is ready after, ms', result.ready.map(ms).join(' / ')],
  ]);
}

function rates(rate: { average: number; most: number } | undefined): string {
  return `${rate?.average.toFixed(0)} / ${rate?.most.toFixed(0)}`;
}

export interface RollResult {
  clients: number;
  /** Messages per second of all clients together. */
  rate: number;
  /** Seconds within which a stopping gateway disconnects its clients. */
  drain: number;
  /** Seconds that the three restarts needed together. */
  seconds: number;
  talk: Talk;
  /** Ms from the start of each gateway until it is ready. */
  ready: number[];
  /** Rates per second: `steady` without restarts, `rolling` during the restarts. */
  steady: Rates;
  rolling: Rates;
  /** Number of clients that were online at the end. */
  back: number;
  reconnects: number;
  /** Maximum number of reconnects within one second. */
  mostReconnects: number;
  /** Ms from the loss of a connection until the client is online again. */
  away: { p50: number; p99: number };
}
