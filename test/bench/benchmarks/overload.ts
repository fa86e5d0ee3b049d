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
 * Measures how an overload affects other users, on gateways with default limits. First, many pairs
 * send ten times as many messages as the machine can process. Then, very many connections are
 * opened at once. Throughout the flood, other pairs, called the quiet pairs, write a few messages
 * from a separate load process and measure their latency.
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
 * Number of pairs that cause the flood. With so many pairs, none of them reaches its limit of
 * unacknowledged messages, which would end the flood.
 */
const CROWD = 1000;

/**
 * `OTHERS`: number of quiet pairs. `OTHERS_RATE`: messages per second of all quiet pairs together.
 */
const OTHERS = 100;
const OTHERS_RATE = 200;

const WINDOW = 8;

/**
 * Number of messages that a sender sends at once. Bursts cost the load process less CPU than single
 * messages.
 */
const BURST = 8;

/**
 * `NORMAL`: load in the run before the flood, as a multiple of the maximum throughput. `TIMES`:
 * load during the flood, as a multiple of the maximum throughput.
 */
const NORMAL = 0.5;
const TIMES = 10;

/** `LEAD` and `AFTER`: seconds for which the quiet pairs write before and after the flood. */
const LEAD = 3;
const AFTER = 20;

/** First user id in the storm of connections. These users do not exist in the database. */
const STORM_IDS = 1_000_000;

/**
 * Runs an action and measures the maximum resident memory of processes during the action, in bytes.
 */
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
 * Returns the number of seconds until three consecutive seconds are normal: nothing is refused, and
 * the p99 latency is at most `worst`.
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
  /**
   * Maximum throughput: acknowledged messages per second while each sender has a fixed window of
   * unacknowledged messages.
   */
  carried: number;
  /**
   * `normal`: the run at half of the maximum throughput. `othersNormally`: the quiet pairs during
   * that run.
   */
  normal: Outcome;
  othersNormally: Outcome;
  /**
   * `flood`: the run at ten times the maximum throughput. `othersThen`: the quiet pairs before,
   * during and after that run.
   */
  flood: Outcome;
  othersThen: Outcome;
  /** Number of messages of the quiet pairs that were delivered and refused during the flood. */
  othersMeanwhile: { delivered: number; refused: number };
  /**
   * Seconds from the end of the flood until the latency of the quiet pairs was normal again. Normal
   * means that the p99 of each second is at most the worst p99 before the flood.
   */
  recovery: number;
  /** After the flood. */
  database: RowCheck;
  /**
   * Resident memory of both gateways in bytes: before and after the flood, with garbage collected,
   * and the maximum during the flood (`peak`) and during the storm of connections (`stormPeak`).
   */
  memory: { before: number; peak: number; after: number; stormPeak: number };
  storm: StormOutcome & { connections: number };
}
