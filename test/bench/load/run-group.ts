import { setTimeout as delay } from 'node:timers/promises';
import { quantile } from '../measure/quantile.ts';
import type { Group } from './group.ts';

/** Lets the members send as planned and resolves when everybody has every message, or nothing came any more for 10 s. */
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

/** Messages per second to the group, and for how many seconds. */
export interface GroupPlan {
  rate: number;
  seconds: number;
}

/** What the load saw. */
export interface GroupOutcome {
  sent: number;
  acked: number;
  /** Messages times the members who got them. */
  deliveries: number;
  /** Ms from sending to a member's having the message, the sender included. */
  each: { p50: number; p99: number };
  /** Ms from sending to the last member's having it. */
  all: { p50: number; p99: number };
  /** Deliveries of acknowledged messages that did not come. */
  lost: number;
  /** Deliveries that came again. */
  doubled: number;
  /** Members who got the messages in another order than the first did. */
  disordered: number;
  /** Refusals, ended connections and what should not happen, with how often. */
  failures: Record<string, number>;
  /** By how many ms the load was late at worst with sending. */
  late: number;
  /** Us of CPU the load itself used, until everything had arrived. */
  cpu: number;
}
