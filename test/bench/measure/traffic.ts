import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChatUser } from '../load/chat.ts';
import { type Load, startLoad } from '../load/load.ts';
import type { Outcome, Plan } from '../load/run.ts';
import type { Options } from '../options.ts';
import { resultsFolder } from '../report/folder.ts';
import { type Part, parts, type System } from '../systems/system.ts';
import { cpuTime } from './cpu.ts';
import { bucketQuantile, since } from './histogram.ts';
import { profile } from './inspector.ts';

/**
 * Connects pairs of users. With several gateways, the two users of a pair are on different ones,
 * and every gateway has equally many senders.
 */
export async function connectPairs(system: System, pairs: number): Promise<Load> {
  const users = await system.createUsers(2 * pairs);
  const load = startLoad(system.name);
  await load.connectPairs(
    users.map((user, index): ChatUser => {
      const port = system.ports[(Math.floor(index / 2) + (index % 2)) % system.ports.length] as number;
      return { ...user, port, peer: users[index ^ 1]?.id as number };
    }),
  );
  return load;
}

/**
 * Lets the pairs send as planned and measures until the last message has arrived and is in
 * PostgreSQL, so that the CPU includes all work for every message.
 */
export function measure(system: System, load: Load, plan: Plan, options: Options): Promise<Measurement> {
  return account(system, options, () => load.run(plan));
}

/**
 * Runs an action that sends messages, and measures CPU and record lag until all of them are in
 * PostgreSQL.
 */
export async function account<Seen extends { sent: number; cpu: number }>(
  system: System,
  options: Options,
  action: () => Promise<Seen>,
): Promise<Omit<Seen, 'cpu'> & Cost> {
  const lag = await system.recordLag?.();
  const before = cpuTimes(system);
  const outcome = await profiled(system, options, action);
  const sent = performance.now();
  await system.recorded();
  const drain = (performance.now() - sent) / 1000;
  const after = cpuTimes(system);
  const lags = lag && system.recordLag ? since(lag, await system.recordLag()) : undefined;
  const cpu: Cost['cpu'] = {};
  for (const part of parts) {
    if (system.processes[part]) cpu[part] = ((after[part] ?? 0) - (before[part] ?? 0)) / outcome.sent;
  }
  return {
    ...outcome,
    cpu,
    cpuOfServers: Object.values(cpu).reduce((sum, each) => sum + each, 0),
    cpuOfLoad: outcome.cpu / outcome.sent,
    drain,
    ...(lags && { recordLag: { p50: bucketQuantile(lags, 0.5) * 1000, p99: bucketQuantile(lags, 0.99) * 1000 } }),
  };
}

/** Compares the number of rows in PostgreSQL with the number of acknowledged messages. */
export async function checkRows(system: System, acked: number): Promise<RowCheck> {
  await system.recorded();
  const { rows, distinct } = await system.countRows();
  return { rows, lost: Math.max(2 * acked - distinct, 0), doubled: rows - distinct };
}

function cpuTimes({ processes }: System): Partial<Record<Part, number>> {
  return Object.fromEntries(parts.map((part) => [part, cpuTime(processes[part] ?? [])]));
}

/**
 * Runs an action. If the options name a part to profile, writes the CPU profile of its first
 * process.
 */
export async function profiled<T>(system: System, { profile: part }: Options, action: () => Promise<T>): Promise<T> {
  const pid = part && system.processes[part]?.[0];
  if (!pid) return action();
  const { result, profile: text } = await profile(pid, action);
  await mkdir(resultsFolder, { recursive: true });
  await writeFile(join(resultsFolder, `${system.name}-${part}.cpuprofile`), text);
  return result;
}

/** Outcome and costs of one run. */
export type Measurement = Omit<Outcome, 'cpu'> & Cost;

/** Costs of a run. CPU is in us per message. */
export interface Cost {
  /** CPU in us per message, by part: the sum over its processes and their children. */
  cpu: Partial<Record<Part, number>>;
  cpuOfServers: number;
  cpuOfLoad: number;
  /** Seconds from the last delivery until every message was in PostgreSQL. */
  drain: number;
  /**
   * Ms from accepting a message to its commit. Undefined if the system acknowledges only after the
   * commit.
   */
  recordLag?: { p50: number; p99: number };
}

export interface RowCheck {
  rows: number;
  /** Number of copies of acknowledged messages that are missing. */
  lost: number;
  /** Duplicate copies. */
  doubled: number;
}
