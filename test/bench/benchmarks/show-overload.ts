import type { Outcome } from '../load/run.ts';
import { table } from '../report/table.ts';
import type { OverloadResult } from './overload.ts';

/**
 * Formats a table about messages, a table about the storm of connections, and the reasons for
 * refusals.
 */
export function showOverload(result: OverloadResult): string {
  const { carried, normal, othersNormally, flood, othersThen, recovery, memory, storm, database } = result;
  const { delivered, refused } = result.othersMeanwhile;
  const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
  const columns: Outcome[] = [normal, flood, othersNormally, othersThen];
  const row = (name: string, value: (run: Outcome) => string) => [name, ...columns.map(value)];
  return [
    table([
      [`carried: ${carried.toFixed(0)}/s`, 'half', 'ten times', 'others at half', 'others then'],
      row('offered/s', (run) => (run.sent / run.seconds).toFixed(0)),
      row('acknowledged/s', (run) => run.ackedPerSecond.toFixed(0)),
      row('refused', ({ refused = 0, sent }) => `${((100 * refused) / sent).toFixed(1)} %`),
      row('retry after, ms', ({ retryAfter: after }) => (after ? `${after.least}-${after.most}` : '-')),
      row('  without a retry time', ({ retryAfter }) => String(retryAfter?.unsaid ?? 0)),
      row('end to end p50, ms', (run) => run.latency.p50.toFixed(1)),
      row('end to end p99, ms', (run) => run.latency.p99.toFixed(1)),
      row("the load's CPU, % of a core", (run) => (run.cpu / run.seconds / 10_000).toFixed(0)),
      row('the load was late by, ms', (run) => run.late.toFixed(0)),
      row('lost', (run) => String(run.lost + run.unanswered)),
      row('doubled, out of order', (run) => `${run.doubled}, ${run.disordered}`),
    ]),
    `In PostgreSQL: ${database.lost} copies lost, ${database.doubled} doubled`,
    ...Object.entries(flood.failures).map(([reason, count]) => `Refused: ${count} x ${reason}`),
    `Others in the flood: ${refused} of ${delivered + refused} messages refused`,
    `Others' p99 by second, ms: ${(othersThen.bySecond ?? []).map(({ p99, refused }) => `${p99.toFixed(0)}${refused > 0 ? ` (${refused} refused)` : ''}`).join(', ')}`,
    '',
    table([
      ['afterwards', ''],
      ['as at half again', recovery === 0 ? 'in the first second' : `after ${recovery} s`],
      [
        'memory of both gateways: before, at most, after',
        [memory.before, memory.peak, memory.after].map(mib).join(', '),
      ],
      [`${storm.connections} connect within a second: let in at once`, String(storm.first)],
      ['  refused with 503 at first', String(storm.refused)],
      ['  retry after, s', storm.waits.join(', ')],
      ['  attempts', String(storm.attempts)],
      ['  all in after', `${storm.seconds.toFixed(1)} s`],
      ["  the load's CPU, % of a core", (storm.cpu / storm.seconds / 10_000).toFixed(0)],
      ['  memory of both gateways at most', mib(memory.stormPeak)],
    ]),
  ].join('\n');
}
