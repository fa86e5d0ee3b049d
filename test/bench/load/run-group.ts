import { setTimeout as delay } from 'node:timers/promises';
import { quantile } from '../measure/quantile.ts';
import type { Group } from './group.ts';

/**
 * Lets the members of a group send as planned. Resolves when every member has received every
 * message, or when no message has arrived for 10 s.
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

/** How the members send: messages per second to the group, and the number of seconds. */
export interface GroupPlan {
  rate: number;
  seconds: number;
}

/** Measurements of one run with a group. */
export interface GroupOutcome {
  sent: number;
  acked: number;
  /** Number of deliveries. A message counts once for each member that received it. */
  deliveries: number;
  /** Ms from sending a message to its delivery to each member, including the sender. */
  each: { p50: number; p99: number };
  /** Ms from sending a message to its delivery to the last member. */
  all: { p50: number; p99: number };
  /** Number of deliveries of acknowledged messages that are missing. */
  lost: number;
  /** Number of duplicate deliveries. */
  doubled: number;
  /** Number of members that received the messages in another order than the first member. */
  disordered: number;
  /** Refusals, lost connections and unexpected events, each with its count. */
  failures: Record<string, number>;
  /** Maximum delay in ms of a message behind its planned time. */
  late: number;
  /** CPU in us that the load process used until every message had arrived. */
  cpu: number;
}
