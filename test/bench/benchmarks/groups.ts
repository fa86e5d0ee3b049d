import { startLoad } from '../load/load.ts';
import type { GroupOutcome } from '../load/run-group.ts';
import { account, type Cost } from '../measure/traffic.ts';
import type { Options } from '../options.ts';
import { table } from '../report/table.ts';
import { startParley } from '../systems/parley.ts';
import { parts } from '../systems/system.ts';

/**
 * Sends messages to one group whose members are all connected, half of them to each gateway, and
 * write in turn. Measures Parley only.
 */
export async function groups(options: Options, report: (line: string) => void): Promise<GroupsResult> {
  const { members, groupRate: rate, seconds, warmup } = options;
  report(`Parley: ${rate} messages/s to a group of ${members}`);
  await using system = await startParley();
  await using load = startLoad(system.name);
  const users = await system.createUsers(members);
  const peer = (await system.createGroup?.(users.map((user) => user.id))) as number;
  await load.connectGroup(users.map((user, i) => ({ ...user, peer, port: system.ports[i % 2] as number })));
  const first = await load.runGroup({ rate, seconds: warmup });
  await system.recorded();
  const run = await account(system, options, () => load.runGroup({ rate, seconds }));
  const { rows, distinct } = await system.countRows();
  const acked = first.acked + run.acked;
  const lost = Math.max(0, acked - distinct);
  return { members, rate, run: { ...run, lost: run.lost + lost }, rowsPerMessage: rows / acked };
}

/** Formats the result as one table. */
export function showGroups({ members, rate, run, rowsPerMessage }: GroupsResult): string {
  const figure = (name: string, value: number | undefined, digits = 0) => [name, value?.toFixed(digits) ?? '-'];
  return [
    table([
      [`${rate} messages/s to ${members} members`, 'Parley'],
      figure('deliveries', run.deliveries),
      figure('a member has it, p50, ms', run.each.p50, 1),
      figure('a member has it, p99, ms', run.each.p99, 1),
      figure('all members have it, p50, ms', run.all.p50, 1),
      figure('all members have it, p99, ms', run.all.p99, 1),
      figure('record lag p99, ms', run.recordLag?.p99, 1),
      ...parts.map((part) => figure(`CPU us/message: ${part}`, run.cpu[part])),
      figure('  all servers', run.cpuOfServers),
      figure('  all servers, per delivery', run.cpuOfServers / members, 1),
      figure('  (the load itself)', run.cpuOfLoad),
      figure('rows per message', rowsPerMessage, 2),
      figure('lost', run.lost),
      figure('doubled', run.doubled),
      figure('members with another order', run.disordered),
    ]),
    ...Object.entries(run.failures).map(([reason, count]) => `${count} x ${reason}`),
  ].join('\n');
}

export interface GroupsResult {
  members: number;
  /** Messages per second. */
  rate: number;
  run: Omit<GroupOutcome, 'cpu'> & Cost;
  /** Rows in PostgreSQL. */
  rowsPerMessage: number;
}
