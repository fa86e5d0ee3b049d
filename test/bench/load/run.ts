import { setTimeout as delay } from 'node:timers/promises';
import type { Pair } from './pair.ts';
import { type Second, Tally } from './tally.ts';

/**
 * Runs the plan with all pairs. Resolves when every message has arrived, or no message has arrived
 * for 10 s. Messages that have not arrived by then count as lost.
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

/** Sends with a window: each sender always has `window` unacknowledged messages. */
async function byWindow(pairs: Pair[], { window, seconds }: { window: number; seconds: number }): Promise<number> {
  for (const pair of pairs) pair.onFree = () => pair.send();
  for (const pair of pairs) for (let i = 0; i < window; i++) pair.send();
  await delay(seconds * 1000);
  for (const pair of pairs) pair.onFree = () => {};
  return 0;
}

/**
 * Sends at a fixed rate: the senders send in turn, without waiting for acknowledgements. Returns
 * the maximum delay of a send, in ms.
 */
async function byRate(pairs: Pair[], { rate, seconds, burst = 1 }: RatePlan, tally: Tally) {
  const began = performance.now();
  let late = 0;
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const elapsed = performance.now() - began;
      const due = Math.floor((Math.min(elapsed, seconds * 1000) * rate) / 1000);
      if (tally.sent < due) late = Math.max(late, elapsed - ((tally.sent + 1) * 1000) / rate);
      // Sends at most MOST_AT_ONCE messages per turn. Otherwise a load process that is late would
      // not read responses in time.
      const most = tally.sent + MOST_AT_ONCE;
      while (tally.sent < due && tally.sent < most) pairs[Math.floor(tally.sent / burst) % pairs.length]?.send();
      if (elapsed < seconds * 1000) return;
      clearInterval(timer);
      resolve();
    }, 1);
  });
  return late;
}

/** Maximum number of messages sent at a fixed rate before the load process reads responses. */
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

/** Seconds of sending, either with a window or at a rate of messages per second over all pairs. */
export type Plan = { window: number; seconds: number } | RatePlan;

export interface RatePlan {
  rate: number;
  seconds: number;
  /** Messages that a sender sends at once. Default: 1. */
  burst?: number;
  /** Whether the outcome includes each second. */
  bySecond?: true;
}

/** The measurements of the load. */
export interface Outcome {
  /** Seconds for which the load process sent. */
  seconds: number;
  sent: number;
  acked: number;
  /** Acknowledged messages per second while the load process sent. */
  ackedPerSecond: number;
  /** Delivered messages per second while the load process sent. */
  deliveredPerSecond: number;
  /** Ms from sending to delivery to the recipient. */
  latency: { p50: number; p99: number };
  /**
   * Acknowledged messages that did not reach the recipient, and own copies that did not reach the
   * sender.
   */
  lost: number;
  /** Messages that were neither acknowledged nor refused. */
  unanswered: number;
  /** Duplicate acknowledgements and messages. */
  doubled: number;
  /** Messages that overtook an earlier one. */
  disordered: number;
  /** Refusals, lost connections and unexpected events, with their counts. */
  failures: Record<string, number>;
  /**
   * Refused messages, the minimum and maximum `retryAfter` in ms, and the number of refusals
   * without it.
   */
  refused?: number;
  retryAfter?: { least: number; most: number; unsaid: number };
  /** The outcome of each second, if the plan includes it. */
  bySecond?: Second[];
  /** The maximum delay of a send at a fixed rate, in ms. */
  late: number;
  /** CPU in us that the load process used until every message had arrived. */
  cpu: number;
}
