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
 * Connects pairs of users. The users of a pair are on different gateways if there are several, and
 * every gateway has as many senders.
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
 * Runs the plan and measures until the last message has arrived and is in PostgreSQL, so that the
 * whole cost of every message is included.
 */
export function measure(system: System, load: Load, plan: Plan, options: Options): Promise<Measurement> {
  return account(system, options, () => load.run(plan));
}

/** Measures any action that sends messages. */
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

/** Compares the rows in PostgreSQL with the acknowledged messages. */
export async function checkRows(system: System, acked: number): Promise<RowCheck> {
  await system.recorded();
  const { rows, distinct } = await system.countRows();
  return { rows, lost: Math.max(2 * acked - distinct, 0), doubled: rows - distinct };
}

function cpuTimes({ processes }: System): Partial<Record<Part, number>> {
  return Object.fromEntries(parts.map((part) => [part, cpuTime(processes[part] ?? [])]));
}

/** Runs an action and writes the CPU profile of the part that the options select. */
export async function profiled<T>(system: System, { profile: part }: Options, action: () => Promise<T>): Promise<T> {
  const pid = part && system.processes[part]?.[0];
  if (!pid) return action();
  const { result, profile: text } = await profile(pid, action);
  await mkdir(resultsFolder, { recursive: true });
  await writeFile(join(resultsFolder, `${system.name}-${part}.cpuprofile`), text);
  return result;
}

/** All measurements of one run. */
export type Measurement = Omit<Outcome, 'cpu'> & Cost;

/** The cost of a run. CPU in us per message. */
export interface Cost {
  /** CPU by part: both gateways together, PostgreSQL with all its processes. */
  cpu: Partial<Record<Part, number>>;
  cpuOfServers: number;
  cpuOfLoad: number;
  /** Seconds from the last delivery until every message was in PostgreSQL. */
  drain: number;
  /**
   * Ms from accepting a message to its commit. Undefined if the acknowledgement waits for the
   * commit.
   */
  recordLag?: { p50: number; p99: number };
}

export interface RowCheck {
  rows: number;
  /** Missing copies of acknowledged messages. */
  lost: number;
  /** Duplicate copies. */
  doubled: number;
}
