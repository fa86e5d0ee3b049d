import { cpus } from 'node:os';
import { OTHER_SECONDS, passed, QUIET_SECONDS, type Result, TOTAL_SECONDS } from './run.ts';

/** Creates the page of the guides that shows which alert each outage causes. */
export function writePage(results: readonly Result[], date: string): string {
  return `${[
    '# See which alert an outage causes',
    '',
    'Each outage was made in a running installation, watched by a real Prometheus with the settings',
    'and [alerts](alerts.md) of `kubernetes/monitoring`. `npm run outages -- --write` repeats it and',
    'writes this page, in about a quarter of an hour. Several installations share the Prometheus. A page',
    'in one of them before its outage begins fails the run.',
    '',
    `Last run: ${date}, ${cpus().length} cores, Node.js ${process.version}.`,
    '',
    `A total stop must page within ${TOTAL_SECONDS} s, any other outage within ${OTHER_SECONDS / 60} minutes, and the alert must end within`,
    `${QUIET_SECONDS / 60} minutes after the outage. Alertmanager's \`group_wait\` comes on top.`,
    '',
    '| outage | alert | severity | fires after | ends after | other pages |',
    '|---|---|---|---|---|---|',
    ...results.map(rowOf),
    '',
    'A storm of connections is `MAX_OPENING` exceeded on every gateway. The clock is that of one gateway.',
  ].join('\n')}\n`;
}

/** Formats a result as a line of progress output. */
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
