import { setTimeout as delay } from 'node:timers/promises';
import { startLoad } from '../load/load.ts';
import { cpuTime } from '../measure/cpu.ts';
import { settledMemory } from '../measure/memory.ts';
import type { Options } from '../options.ts';
import { table } from '../report/table.ts';
import { systems } from '../systems/index.ts';
import { type Part, parts, type System, type SystemName } from '../systems/system.ts';

/**
 * Measures the gateways' resident memory per idle connection, and the CPU of all processes while
 * the connections are idle. Each user has one connection.
 */
export async function idle(options: Options, report: (line: string) => void): Promise<IdleResult[]> {
  const results: IdleResult[] = [];
  for (const name of options.systems) {
    report(`${systems[name].title}: ${options.idle} idle connections`);
    await using system = await systems[name].start();
    await using load = startLoad(name);
    const connect = async (count: number) => {
      const users = await system.createUsers(count);
      await load.connectIdle(
        users.map((user, index) => ({ ...user, peer: 0, port: system.ports[index % system.ports.length] as number })),
      );
    };
    const gateways = system.processes.gateways ?? [];
    // Opens and closes some connections first, because loading and compiling code needs memory that
    // must not be measured.
    await connect(WARMUP);
    await load.disconnect();
    const before = await settledMemory(gateways);
    await connect(options.idle);
    const after = await settledMemory(gateways);
    await load.checkIdle();
    const cpu = await idleCpu(system, options.seconds);
    const each = (after - before) / options.idle;
    results.push({ system: name, connections: options.idle, before, after, each, cpu });
  }
  return results;
}

/**
 * Measures the CPU of each part for some seconds. Returns the average per process of the part, in %
 * of a core.
 */
async function idleCpu({ processes }: System, seconds: number): Promise<IdleResult['cpu']> {
  const times = () => parts.map((part) => cpuTime(processes[part] ?? []));
  const before = times();
  await delay(seconds * 1000);
  const after = times();
  return Object.fromEntries(
    parts.flatMap((part, i) => {
      const count = processes[part]?.length;
      const used = (after[i] as number) - (before[i] as number);
      return count ? [[part, used / count / (seconds * 10_000)]] : [];
    }),
  );
}

const WARMUP = 100;

/** Formats two tables: memory with a row per system, and CPU with a column per system. */
export function showIdle(results: IdleResult[]): string {
  const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  const memory = table([
    ['idle', 'connections', 'gateways before', 'after', 'each'],
    ...results.map(({ system, connections, before, after, each }) => [
      systems[system].title,
      String(connections),
      mib(before),
      mib(after),
      `${(each / 1024).toFixed(2)} KiB`,
    ]),
  ]);
  const cpu = table([
    ['CPU of an idle process, % of a core', ...results.map(({ system }) => systems[system].title)],
    ...parts.map((part) => [part, ...results.map((result) => result.cpu[part]?.toFixed(2) ?? '-')]),
  ]);
  return `${memory}\n\n${cpu}`;
}

/** In bytes. */
export interface IdleResult {
  system: SystemName;
  connections: number;
  /** Resident memory of both gateways before the connections are opened, in bytes. */
  before: number;
  after: number;
  /** Per connection. */
  each: number;
  /**
   * CPU of each part while idle, in % of a core: per process, but for PostgreSQL the sum of all its
   * processes.
   */
  cpu: Partial<Record<Part, number>>;
}
