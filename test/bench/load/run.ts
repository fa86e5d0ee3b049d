import { setTimeout as delay } from 'node:timers/promises';
import type { Pair } from './pair.ts';
import { type Second, Tally } from './tally.ts';

/**
 * Lets all pairs send as planned. Resolves when every message has arrived, or when no message has
 * arrived for 10 s. Messages that have not arrived by then count as lost.
 */
export async function run(pairs: Pair[], plan: Plan): Promise<Outcome> {
  const tally = new Tally();
  for (const pair of pairs) pair.count(tally);
  const cpu = process.cpuUsage();
  const began = performance.now();
  const late = 'window' in plan ? await byWindow(pairs, plan) : await byRate(pairs, plan, tally);
  const seconds = (performance.now() - began) / 1000;
  const { acked, delivered } = tally;
  await settle(tally);
  const { user, system } = process.cpuUsage(cpu);
  return {
    seconds,
    sent: tally.sent,
    acked: tally.acked,
    ackedPerSecond: acked / seconds,
    deliveredPerSecond: delivered / seconds,
    latency: tally.latency(),
    lost: Math.max(tally.acked - tally.delivered, 0) + Math.max(tally.acked - tally.copied, 0),
    unanswered: tally.sent - tally.acked - tally.refused,
    doubled: tally.doubled,
    disordered: tally.disordered,
    failures: Object.fromEntries(tally.failures),
    ...(tally.refused > 0 && { refused: tally.refused, retryAfter: tally.retryAfter }),
    ...('bySecond' in plan && { bySecond: tally.bySecond(began) }),
    late,
    cpu: user + system,
  };
}

/** Sends with a fixed window: each sender always has `window` unacknowledged messages. */
async function byWindow(pairs: Pair[], { window, seconds }: { window: number; seconds: number }): Promise<number> {
  for (const pair of pairs) pair.onFree = () => pair.send();
  for (const pair of pairs) for (let i = 0; i < window; i++) pair.send();
  await delay(seconds * 1000);
  for (const pair of pairs) pair.onFree = () => {};
  return 0;
}

/**
 * Sends at a fixed rate: senders send in turn, without waiting for acknowledgements. Resolves with
 * the maximum delay in ms of a message behind its planned time.
 */
async function byRate(pairs: Pair[], { rate, seconds, burst = 1 }: RatePlan, tally: Tally) {
  const began = performance.now();
  let late = 0;
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const elapsed = performance.now() - began;
      const due = Math.floor((Math.min(elapsed, seconds * 1000) * rate) / 1000);
      if (tally.sent < due) late = Math.max(late, elapsed - ((tally.sent + 1) * 1000) / rate);
      // Sends at most MOST_AT_ONCE messages per timer tick, so that a load process that has fallen
      // behind still reads replies in time.
      const most = tally.sent + MOST_AT_ONCE;
      while (tally.sent < due && tally.sent < most) pairs[Math.floor(tally.sent / burst) % pairs.length]?.send();
      if (elapsed < seconds * 1000) return;
      clearInterval(timer);
      resolve();
    }, 1);
  });
  return late;
}

/**
 * Maximum number of messages that the load process sends at a fixed rate before it reads replies.
 */
const MOST_AT_ONCE = 1000;

async function settle(tally: Tally): Promise<void> {
  const progress = () => tally.acked + tally.delivered + tally.copied;
  let last = progress();
  for (let quiet = 0; quiet < 10_000 && !tally.settled; quiet += 5) {
    await delay(5);
    if (progress() !== last) quiet = 0;
    last = progress();
  }
}

/**
 * How the pairs send, and for how many seconds: with a window, or at a rate in messages per second
 * of all pairs together.
 */
export type Plan = { window: number; seconds: number } | RatePlan;

export interface RatePlan {
  rate: number;
  seconds: number;
  /** Number of messages that a sender sends at once. Default: 1. */
  burst?: number;
  /** Whether the outcome also contains the figures of each second. */
  bySecond?: true;
}

/** Measurements of one run with pairs. */
export interface Outcome {
  /** Seconds during which the pairs sent messages. */
  seconds: number;
  sent: number;
  acked: number;
  /** Acknowledged messages per second while the pairs sent. */
  ackedPerSecond: number;
  /** Delivered messages per second while the pairs sent. */
  deliveredPerSecond: number;
  /** Ms from sending a message to its delivery to the recipient. */
  latency: { p50: number; p99: number };
  /**
   * Number of deliveries to recipients, and of own copies to senders, that are missing for
   * acknowledged messages.
   */
  lost: number;
  /** Number of messages that were neither acknowledged nor refused. */
  unanswered: number;
  /** Number of duplicate acknowledgements, deliveries and own copies. */
  doubled: number;
  /** Number of messages that arrived after a later one. */
  disordered: number;
  /** Refusals, lost connections and unexpected events, each with its count. */
  failures: Record<string, number>;
  /**
   * `refused`: number of refused messages. `retryAfter`: the minimum and maximum time in ms that
   * refusals name, and the number of refusals without a time (`unsaid`).
   */
  refused?: number;
  retryAfter?: { least: number; most: number; unsaid: number };
  /** Figures of each second, if the plan requests them. */
  bySecond?: Second[];
  /** Maximum delay in ms of a message behind its planned time. 0 when sending with a window. */
  late: number;
  /** CPU in us that the load process used until every message had arrived. */
  cpu: number;
}
