import { setTimeout as delay } from 'node:timers/promises';
import { quantile } from '../measure/quantile.ts';
import type { Group } from './group.ts';

/**
 * Lets the members send as planned. Resolves when every member has every message, or no message has
 * arrived for 10 s.
 */
export async function runGroup(group: Group, { rate, seconds }: GroupPlan): Promise<GroupOutcome> {
  group.reset();
  const cpu = process.cpuUsage();
  const began = performance.now();
  let late = 0;
  for (let number = 0; number < rate * seconds; number += 1) {
    const due = began + (number * 1000) / rate;
    await delay(Math.max(0, due - performance.now()));
    late = Math.max(late, performance.now() - due);
    group.send();
  }
  await settle(group);
  const { user, system } = process.cpuUsage(cpu);
  const { each, all } = group.latencies;
  return {
    sent: group.sent,
    acked: group.acked,
    deliveries: group.deliveries,
    each: { p50: quantile(each, 0.5), p99: quantile(each, 0.99) },
    all: { p50: quantile(all, 0.5), p99: quantile(all, 0.99) },
    ...group.faults,
    failures: Object.fromEntries(group.failures),
    late,
    cpu: user + system,
  };
}

async function settle(group: Group): Promise<void> {
  let last = group.deliveries;
  for (let quiet = 0; quiet < 10_000 && !group.settled; quiet += 5) {
    await delay(5);
    if (group.deliveries !== last) quiet = 0;
    last = group.deliveries;
  }
}

/** Messages per second to the group, and the number of seconds. */
export interface GroupPlan {
  rate: number;
  seconds: number;
}

/** The measurements of the load. */
export interface GroupOutcome {
  sent: number;
  acked: number;
  /** Number of deliveries: each message counts once per member that received it. */
  deliveries: number;
  /** Ms from sending to delivery to a member, including the sender. */
  each: { p50: number; p99: number };
  /** Ms from sending to delivery to the last member. */
  all: { p50: number; p99: number };
  /** Missing deliveries of acknowledged messages. */
  lost: number;
  /** Duplicate deliveries. */
  doubled: number;
  /** Members whose order differs from that of the first member. */
  disordered: number;
  /** Refusals, lost connections and unexpected events, with their counts. */
  failures: Record<string, number>;
  /** The maximum delay of a send, in ms. */
  late: number;
  /** CPU in us that the load process used until every message had arrived. */
  cpu: number;
}
