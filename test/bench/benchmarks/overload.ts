import { setTimeout as delay } from 'node:timers/promises';
import type { ChatUser } from '../load/chat.ts';
import { type Load, startLoad } from '../load/load.ts';
import type { Outcome } from '../load/run.ts';
import type { StormOutcome } from '../load/storm.ts';
import type { Second } from '../load/tally.ts';
import { residentMemory, settledMemory } from '../measure/memory.ts';
import { checkRows, connectPairs, type RowCheck } from '../measure/traffic.ts';
import type { Options } from '../options.ts';
import { startParley } from '../systems/parley.ts';
import type { System } from '../systems/system.ts';

/**
 * Sends ten times the load that the machine can process, then opens very many connections at once,
 * on gateways with default limits. Pairs in a separate load process write a few messages all the
 * time and measure the effect on other users.
 */
export async function overload(options: Options, report: (line: string) => void): Promise<OverloadResult> {
  await using system = await startParley({ bounded: true });
  const gateways = system.processes.gateways ?? [];
  await using crowd = await connectPairs(system, CROWD);
  await using others = await connectPairs(system, OTHERS);
  report(`what is carried: ${CROWD} pairs, window ${WINDOW}`);
  const warmup = await crowd.run({ window: WINDOW, seconds: options.warmup });
  const carrying = await crowd.run({ window: WINDOW, seconds: options.seconds });
  await system.recorded();
  const carried = carrying.ackedPerSecond;
  const plan = (times: number) => ({ rate: Math.round(carried * times), seconds: options.seconds, burst: BURST });
  report(`half of it: ${plan(NORMAL).rate} messages/s`);
  const [normal, othersNormally] = await Promise.all([
    crowd.run(plan(NORMAL)),
    others.run({ rate: OTHERS_RATE, seconds: options.seconds, bySecond: true }),
  ]);
  await system.recorded();
  const before = await settledMemory(gateways);
  report(`${TIMES} times: ${plan(TIMES).rate} messages/s`);
  const watched = others.run({ rate: OTHERS_RATE, seconds: LEAD + options.seconds + AFTER, bySecond: true });
  await delay(LEAD * 1000);
  const { result: flood, peak } = await peakOf(gateways, () => crowd.run(plan(TIMES)));
  const othersThen = await watched;
  await system.recorded();
  const after = await settledMemory(gateways);
  const acked = [warmup, carrying, normal, othersNormally, flood, othersThen].reduce((sum, run) => sum + run.acked, 0);
  const database = await checkRows(system, acked);
  const seconds = othersThen.bySecond ?? [];
  const meanwhile = seconds.slice(LEAD, LEAD + Math.ceil(flood.seconds));
  const worst = Math.max(...(othersNormally.bySecond ?? []).map(({ p99 }) => p99));
  const recovery = secondsUntilNormal(seconds.slice(LEAD + Math.ceil(flood.seconds)), worst);
  await crowd.disconnect();
  report(`${options.idle} connections within a second`);
  const { result: stormed, peak: stormPeak } = await peakOf(gateways, () => storm(system, options.idle));
  return {
    ...{ carried, normal, othersNormally, flood, othersThen, recovery, database },
    othersMeanwhile: {
      delivered: meanwhile.reduce((sum, { delivered }) => sum + delivered, 0),
      refused: meanwhile.reduce((sum, { refused }) => sum + refused, 0),
    },
    memory: { before, peak, after, stormPeak },
    storm: { ...stormed, connections: options.idle },
  };
}

/**
 * Number of pairs that flood. It is so high that none of them reaches the limit of unacknowledged
 * messages, which is not measured here.
 */
const CROWD = 1000;

/** Number of pairs that write a few messages, and their messages per second. */
const OTHERS = 100;
const OTHERS_RATE = 200;

const WINDOW = 8;

/** Messages that a sender sends at once. Bursts use less CPU in the load process. */
const BURST = 8;

/**
 * Load before the flood, as a multiple of the maximum throughput. The flood is ten times that
 * maximum.
 */
const NORMAL = 0.5;
const TIMES = 10;

/** Seconds for which the quiet pairs write before and after the flood. */
const LEAD = 3;
const AFTER = 20;

/** First id of the users of the connection storm. They need not exist. */
const STORM_IDS = 1_000_000;

/** Measures the maximum memory of processes during an action. */
async function peakOf<T>(pids: number[], action: () => Promise<T>): Promise<{ result: T; peak: number }> {
  let peak = residentMemory(pids);
  const timer = setInterval(() => {
    peak = Math.max(peak, residentMemory(pids));
  }, 200);
  try {
    return { result: await action(), peak };
  } finally {
    clearInterval(timer);
  }
}

/**
 * Returns the seconds until nothing was refused and the 99th percentile was at most `worst`, for
 * three consecutive seconds.
 */
function secondsUntilNormal(seconds: Second[], worst: number): number {
  const normal = ({ delivered, refused, p99 }: Second) => delivered > 0 && refused === 0 && p99 <= worst;
  const index = seconds.findIndex((_, i) => i + 3 <= seconds.length && seconds.slice(i, i + 3).every(normal));
  return index < 0 ? Number.POSITIVE_INFINITY : index;
}

async function storm(system: System, count: number): Promise<StormOutcome> {
  await using load: Load = startLoad(system.name);
  const users = Array.from({ length: count }, (_, i): ChatUser => {
    const id = STORM_IDS + i;
    return { id, token: system.token?.(id) ?? '', peer: 0, port: system.ports[i % system.ports.length] as number };
  });
  const outcome = await load.storm(users);
  await load.checkIdle();
  return outcome;
}

export interface OverloadResult {
  /** Acknowledged messages per second with a window, which is the maximum throughput. */
  carried: number;
  /** The result of half of `carried`, at a fixed rate, with the measurements of the quiet pairs. */
  normal: Outcome;
  othersNormally: Outcome;
  /**
   * The result of ten times `carried`, with the measurements of the quiet pairs before, during and
   * after it.
   */
  flood: Outcome;
  othersThen: Outcome;
  /** Messages of the quiet pairs in the seconds of the flood only. */
  othersMeanwhile: { delivered: number; refused: number };
  /**
   * Seconds from the end of the flood until the quiet pairs had normal latencies again: the 99th
   * percentile of each second is at most the worst one before the flood.
   */
  recovery: number;
  /** After the flood. */
  database: RowCheck;
  /**
   * Bytes of both gateways: before and after the flood with garbage collected, and the maximum
   * during the flood and the storm.
   */
  memory: { before: number; peak: number; after: number; stormPeak: number };
  storm: StormOutcome & { connections: number };
}
