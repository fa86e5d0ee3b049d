import { startLoad } from '../load/load.ts';
import type { GroupOutcome } from '../load/run-group.ts';
import { account, type Cost } from '../measure/traffic.ts';
import type { Options } from '../options.ts';
import { table } from '../report/table.ts';
import { systems } from '../systems/index.ts';
import { parts, type SystemName } from '../systems/system.ts';

/**
 * Sends messages to one group. All members are connected, half of them to each gateway, and send
 * messages in turn.
 */
export async function groups(options: Options, report: (line: string) => void): Promise<GroupsResult[]> {
  const results: GroupsResult[] = [];
  for (const name of options.systems) results.push(await measure(name, options, report));
  return results;
}

async function measure(name: SystemName, options: Options, report: (line: string) => void): Promise<GroupsResult> {
  const { members, groupRate: rate, seconds, warmup } = options;
  report(`${systems[name].title}: ${rate} messages/s to a group of ${members}`);
  await using system = await systems[name].start();
  await using load = startLoad(name);
  const users = await system.createUsers(members);
  const peer = await system.createGroup(users.map((user) => user.id));
  await load.connectGroup(users.map((user, i) => ({ ...user, peer, port: system.ports[i % 2] as number })));
  const first = await load.runGroup({ rate, seconds: warmup });
  await system.recorded();
  const run = await account(system, options, () => load.runGroup({ rate, seconds }));
  const { rows, distinct } = await system.countRows();
  const acked = first.acked + run.acked;
  const lost = Math.max(0, acked - distinct);
  return { system: name, members, rate, run: { ...run, lost: run.lost + lost }, rowsPerMessage: rows / acked };
}

/** Formats the results as one table with a column per system. */
export function showGroups(results: GroupsResult[]): string {
  const row = (name: string, value: (result: GroupsResult) => number | undefined, digits = 0) => [
    name,
    ...results.map((result) => value(result)?.toFixed(digits) ?? '-'),
  ];
  const [{ rate, members } = { rate: 0, members: 0 }] = results;
  return [
    table([
      [`${rate} messages/s to ${members} members`, ...results.map(({ system }) => systems[system].title)],
      row('deliveries', ({ run }) => run.deliveries),
      row('a member has it, p50, ms', ({ run }) => run.each.p50, 1),
      row('a member has it, p99, ms', ({ run }) => run.each.p99, 1),
      row('all members have it, p50, ms', ({ run }) => run.all.p50, 1),
      row('all members have it, p99, ms', ({ run }) => run.all.p99, 1),
      row('record lag p99, ms', ({ run }) => run.recordLag?.p99, 1),
      ...parts.map((part) => row(`CPU us/message: ${part}`, ({ run }) => run.cpu[part])),
      row('  all servers', ({ run }) => run.cpuOfServers),
      row('  all servers, per delivery', (result) => result.run.cpuOfServers / result.members, 1),
      row('  (the load itself)', ({ run }) => run.cpuOfLoad),
      row('rows per message', ({ rowsPerMessage }) => rowsPerMessage, 2),
      row('lost', ({ run }) => run.lost),
      row('doubled', ({ run }) => run.doubled),
      row('members with another order', ({ run }) => run.disordered),
    ]),
    ...results.flatMap(({ system, run }) =>
      Object.entries(run.failures).map(([reason, count]) => `${systems[system].title}: ${count} x ${reason}`),
    ),
  ].join('\n');
}

export interface GroupsResult {
  system: SystemName;
  members: number;
  /** Messages per second to the group. */
  rate: number;
  run: Omit<GroupOutcome, 'cpu'> & Cost;
  /** Rows in PostgreSQL. */
  rowsPerMessage: number;
}
