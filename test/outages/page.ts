import { cpus } from 'node:os';
import { OTHER_SECONDS, passed, QUIET_SECONDS, type Result, TOTAL_SECONDS } from './run.ts';

/** Returns the Markdown of the guide that shows which alerts each outage causes. */
export function writePage(results: readonly Result[], date: string): string {
  return `${[
    '# Outages and their alerts',
    '',
    '`npm run outages -- --write` causes each outage in a running installation and writes this page. A',
    'real Prometheus with the settings and [alerts](alerts.md) of `kubernetes/monitoring` watches it. The',
    'run takes about a quarter of an hour. Several installations share the Prometheus. An alert with the',
    'severity `page` before the outage begins fails the run.',
    '',
    `Last run: ${date}, ${cpus().length} cores, Node.js ${process.version}.`,
    '',
    `The alert of a total stop (bold) must fire within ${TOTAL_SECONDS} s, any other within ${OTHER_SECONDS / 60} minutes. It must end`,
    `within ${QUIET_SECONDS / 60} minutes after the outage. Alertmanager adds its \`group_wait\`.`,
    '',
    '| outage | alert | severity | fires after | ends after | other pages |',
    '|---|---|---|---|---|---|',
    ...results.map(rowOf),
    '',
    'In the storm of connections, each gateway gets more than `MAX_OPENING`. The clock is that of one',
    'gateway.',
  ].join('\n')}\n`;
}

/** Formats a result as one line for the progress output. */
export function lineOf(result: Result): string {
  return `${passed(result) ? 'ok    ' : 'FAILED'} ${rowOf(result)}`;
}

function rowOf({ outage, impossible, named, gone, others = [], falsePages = [] }: Result): string {
  const { name, total } = outage;
  if (impossible) return `| ${name} | not made: ${impossible} | | | | |`;
  const seconds = (value: number | undefined) => (value === undefined ? 'never' : `${value} s`);
  const alert = named ? `[${named.alert}](alerts.md#${named.alert.toLowerCase()})` : 'none that names it';
  const wrong = falsePages.map((page) => `${page} before it`);
  const cells = [total ? `**${name}**` : name, alert, named?.severity ?? '', seconds(named?.after), seconds(gone)];
  return `| ${[...cells, [...others, ...wrong].join(', ')].join(' | ')} |`;
}
