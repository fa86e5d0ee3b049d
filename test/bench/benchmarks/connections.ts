import { execFileSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type { ChatUser } from '../load/chat.ts';
import { type Load, startLoad } from '../load/load.ts';
import { cpuTime } from '../measure/cpu.ts';
import { kernelMemory, settledMemory } from '../measure/memory.ts';
import { profiled } from '../measure/traffic.ts';
import type { Options } from '../options.ts';
import { table } from '../report/table.ts';
import { startParley } from '../systems/parley.ts';
import type { System } from '../systems/system.ts';

/**
 * Opens more idle connections than one gateway can hold. Measures the CPU to open all of them at
 * once, the memory per connection, and the CPU while all of them are idle.
 */
export async function connections(options: Options, report: (line: string) => void): Promise<ConnectionsResult> {
  const each = Math.min(MOST_EACH, openFiles() - SPARE_FILES);
  const gateways = Math.ceil(options.connections / each);
  report(`${gateways} gateways for ${options.connections} connections`);
  await using system = await startParley({ gateways });
  const loads = Array.from({ length: gateways }, () => startLoad('parley'));
  try {
    // Opens and closes some connections first, because loading and compiling code needs memory that
    // must not be measured.
    await connect(system, loads, 100 * gateways, 0);
    await Promise.all(loads.map((load) => load.disconnect()));
    const before = await held(system);
    report('all come at once');
    const cpu = cpuOf(system);
    const began = performance.now();
    await profiled(system, options, () => connect(system, loads, options.connections, 1_000_000));
    const seconds = (performance.now() - began) / 1000;
    const storm = perUnit(cpu, cpuOf(system), options.connections);
    report('and stay, silent');
    const after = await held(system);
    const idle = await idleCost(system);
    for (const load of loads) await load.checkIdle();
    return {
      ...{ connections: options.connections, gateways, seconds, storm, idle },
      memory: {
        gateways: (after.gateways - before.gateways) / options.connections,
        redis: (after.redis - before.redis) / options.connections,
        kernel: (after.kernel - before.kernel) / options.connections,
      },
    };
  } finally {
    await Promise.all(loads.map((load) => load[Symbol.asyncDispose]()));
  }
}

/**
 * Maximum number of connections per gateway: the ports of one client address, minus those that
 * other programs use.
 */
const MOST_EACH = 25_000;

/** Number of file descriptors that a process needs in addition to those of its connections. */
const SPARE_FILES = 1500;

/**
 * Number of client addresses of each load process. With fewer addresses, the kernel would search
 * longer for a free port.
 */
const ADDRESSES = 16;

/** Length in seconds of the measurement while idle: one heartbeat interval. */
const SILENCE = 25;

function openFiles(): number {
  return Number(execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' })) || Number.POSITIVE_INFINITY;
}

/**
 * Opens connections. Each load process connects to one gateway, from client addresses that no other
 * load process uses.
 */
async function connect(system: System, loads: Load[], count: number, firstId: number): Promise<void> {
  const users = loads.map((): ChatUser[] => []);
  for (let i = 0; i < count; i += 1) {
    const place = i % loads.length;
    const id = firstId + i + 1;
    const token = system.token?.(id) ?? '';
    users[place]?.push({
      id,
      token,
      peer: 0,
      port: system.ports[place] as number,
      from: `127.0.${place + 1}.${1 + ((users[place]?.length ?? 0) % ADDRESSES)}`,
    });
  }
  await Promise.all(loads.map((load, i) => load.connectIdle(users[i] ?? [])));
}

async function held(system: System): Promise<Held> {
  const gateways = await settledMemory(system.processes.gateways ?? []);
  return { gateways, redis: (await system.redisMemory?.()) ?? 0, kernel: kernelMemory() };
}

async function idleCost(system: System): Promise<Cost> {
  const before = cpuOf(system);
  await delay(SILENCE * 1000);
  return perUnit(before, cpuOf(system), SILENCE);
}

function cpuOf({ processes }: System): Cost {
  return { gateways: cpuTime(processes.gateways ?? []), redis: cpuTime(processes.redis ?? []) };
}

function perUnit(before: Cost, after: Cost, units: number): Cost {
  return { gateways: (after.gateways - before.gateways) / units, redis: (after.redis - before.redis) / units };
}

/** Formats the result of the benchmark as one table. */
export function showConnections(result: ConnectionsResult): string {
  const kib = (bytes: number) => `${(bytes / 1024).toFixed(2)} KiB`;
  const percent = (us: number) => `${(us / 10_000).toFixed(1)} % of a core`;
  return table([
    [`${result.connections} connections, ${result.gateways} gateways`, ''],
    ['all of them connected in', `${result.seconds.toFixed(1)} s`],
    ['  connections/s', (result.connections / result.seconds).toFixed(0)],
    ['  CPU us/connection: gateways', result.storm.gateways.toFixed(1)],
    ['  CPU us/connection: redis', result.storm.redis.toFixed(1)],
    ['memory of each: gateway', kib(result.memory.gateways)],
    ['memory of each: redis', kib(result.memory.redis)],
    ["memory of each: the kernel's, both ends", kib(result.memory.kernel)],
    ['CPU while silent: gateways', percent(result.idle.gateways)],
    ['CPU while silent: redis', percent(result.idle.redis)],
  ]);
}

/** In bytes. */
interface Held {
  gateways: number;
  redis: number;
  kernel: number;
}

/** CPU in us. */
interface Cost {
  gateways: number;
  redis: number;
}

export interface ConnectionsResult {
  connections: number;
  gateways: number;
  /** Seconds until all clients were connected. The load processes ran on the same machine. */
  seconds: number;
  /** CPU in us that opening one connection costs. */
  storm: Cost;
  /** CPU in us per second that all idle connections cost together. */
  idle: Cost;
  /** Bytes per connection in the gateways, Redis and the kernel. */
  memory: Held;
}
