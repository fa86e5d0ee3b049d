import type { Measurement, RowCheck } from '../measure/traffic.ts';
import { systems } from '../systems/index.ts';
import type { SystemName } from '../systems/system.ts';
import { parts } from '../systems/system.ts';
import { table } from './table.ts';

/** Formats measurements as a table with one column per system. */
export function compare(title: string, columns: Column[]): string {
  const row = (name: string, value: (column: Column) => number | undefined, digits = 0) => [
    name,
    ...columns.map((column) => value(column)?.toFixed(digits) ?? '-'),
  ];
  const failures = columns.flatMap(({ system, run }) =>
    Object.entries(run.failures).map(([reason, count]) => `${systems[system].title}: ${count} x ${reason}`),
  );
  return [
    table([
      [title, ...columns.map(({ system }) => systems[system].title)],
      row('acknowledged/s', ({ run }) => run.ackedPerSecond),
      row('delivered/s', ({ run }) => run.deliveredPerSecond),
      row('end to end p50, ms', ({ run }) => run.latency.p50, 1),
      row('end to end p99, ms', ({ run }) => run.latency.p99, 1),
      row('record lag p50, ms', ({ run }) => run.recordLag?.p50, 1),
      row('record lag p99, ms', ({ run }) => run.recordLag?.p99, 1),
      ...parts.map((part) => row(`CPU us/message: ${part}`, ({ run }) => run.cpu[part], 1)),
      row('  all servers', ({ run }) => run.cpuOfServers, 1),
      row('  (the load itself)', ({ run }) => run.cpuOfLoad, 1),
      row('lost', ({ run, database }) => run.lost + run.unanswered + database.lost),
      row('doubled', ({ run, database }) => run.doubled + database.doubled),
      row('out of order', ({ run }) => run.disordered),
    ]),
    ...failures,
  ].join('\n');
}

export interface Column {
  system: SystemName;
  run: Measurement;
  database: RowCheck;
}
