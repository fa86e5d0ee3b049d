import { startLoad } from '../load/load.ts';
import { settledMemory } from '../measure/memory.ts';
import type { Options } from '../options.ts';
import { table } from '../report/table.ts';
import { systems } from '../systems/index.ts';
import type { SystemName } from '../systems/system.ts';

/**
 * Measures the resident memory of the gateways per connection that only listens. Each user has one
 * connection.
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
    // The first connections load and compile code. Their memory must not count.
    await connect(WARMUP);
    await load.disconnect();
    const before = await settledMemory(gateways);
    await connect(options.idle);
    const after = await settledMemory(gateways);
    await load.checkIdle();
    results.push({ system: name, connections: options.idle, before, after, each: (after - before) / options.idle });
  }
  return results;
}

const WARMUP = 100;

/** Formats one line per system. */
export function showIdle(results: IdleResult[]): string {
  const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  return table([
    ['idle', 'connections', 'gateways before', 'after', 'each'],
    ...results.map(({ system, connections, before, after, each }) => [
      systems[system].title,
      String(connections),
      mib(before),
      mib(after),
      `${(each / 1024).toFixed(2)} KiB`,
    ]),
  ]);
}

/** In bytes. */
export interface IdleResult {
  system: SystemName;
  connections: number;
  /** Memory of both gateways without connections. */
  before: number;
  after: number;
  /** Per connection. */
  each: number;
}
