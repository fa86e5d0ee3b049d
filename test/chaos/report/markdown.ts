import { cpus, totalmem } from 'node:os';
import type { Outcome, Struck } from '../run.ts';

/**
 * Formats the report of a run in Markdown: its faults, its measurements and the result of the
 * checks.
 */
export function writeMarkdown(outcome: Outcome, date: string): string {
  const { options, strikes, leftOut, faults, database, figures, wrote } = outcome;
  const { seed, seconds, clients, rate, every, cluster } = options;
  const count = (kind: string) => faults.filter((fault) => fault.kind === kind).length;
  const row = (what: string, value: string | number) => `| ${what} | ${value} |`;
  return [
    `# ${verdict(outcome)}`,
    '',
    `\`npm run chaos -- --seed ${seed} --seconds ${seconds} --clients ${clients} --rate ${rate} --every ${every}${cluster ? ' --cluster' : ''}\`, ${date},`,
    `${cpus().length} cores (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node.js ${process.version}.`,
    '',
    '| | |',
    '|---|---|',
    row('faults that struck', strikes.length),
    row('acknowledged messages', figures.acknowledged ?? 0),
    row('lost', count('lost')),
    row('doubled', count('doubled')),
    row('out of order', count('disordered')),
    row('misdelivered', count('misdelivered')),
    row(
      'unequal copies, counters, marks or views',
      count('unequal') + database.reduce((sum, each) => sum + each.faults, 0),
    ),
    '',
    ...leftOut.map(({ fault, why }) => `Left out: ${fault}, for this machine cannot make it (${why}).\n`),
    '## Figures',
    '',
    '| | |',
    '|---|---|',
    row('seconds of writing', wrote),
    row('acknowledged messages a second', Math.round((figures.acknowledged ?? 0) / wrote)),
    ...Object.entries(figures).map(([what, value]) => row(names[what] ?? what, value)),
    '',
    '## What PostgreSQL holds',
    '',
    '| what holds | exceptions |',
    '|---|---|',
    ...database.map((each) => row(each.holds, each.faults)),
    '',
    ...(faults.length > 0
      ? ['## What was wrong', '', ...examples(faults).map(({ kind, what }) => `- ${kind}: ${what}`), '']
      : []),
    ...database.flatMap(({ name, examples }) => examples.map((example) => `- ${name}: ${example}`)),
    '## Faults',
    '',
    '| fault | struck |',
    '|---|---|',
    ...[...new Set(strikes.map(({ fault }) => fault))]
      .sort()
      .map((name) => row(name, strikes.filter(({ fault }) => fault === name).length)),
    ...leftOut.map(({ fault, why }) => row(fault, `left out, this machine cannot make it: ${why}`)),
    '',
    '| at, s | lasted, s | fault | what |',
    '|---|---|---|---|',
    ...strikes.map(strikeRow),
    '',
  ].join('\n');
}

/** Returns the first findings of each kind, because a run can have thousands. */
function examples(faults: Outcome['faults']): Outcome['faults'] {
  const kinds = [...new Set(faults.map(({ kind }) => kind))];
  return kinds.flatMap((kind) => faults.filter((fault) => fault.kind === kind).slice(0, 20));
}

/** Returns whether the system kept all of its promises during the run. */
export function passed({ faults, database, strikes }: Outcome): boolean {
  return faults.length === 0 && database.every((each) => each.faults === 0) && !strikes.some(({ failed }) => failed);
}

function verdict(outcome: Outcome): string {
  return passed(outcome)
    ? 'Nothing lost, nothing doubled, nothing out of order, nothing misdelivered, copies equal'
    : 'At least one property was violated';
}

function strikeRow({ at, lasted, fault, what, failed }: Struck): string {
  return `| ${at} | ${lasted.toFixed(1)} | ${fault} | ${failed ? '**not mended**: ' : ''}${what.replaceAll('|', '/').replaceAll('\n', ' ')} |`;
}

const names: Record<string, string> = {
  written: 'messages written',
  acknowledged: 'acknowledged',
  refused: 'rejected, because the sender has no permission',
  heard: 'messages that devices received',
  withdrawn: 'messages that devices received from a failed master and its successor does not have',
  users: 'users',
  devices: 'devices',
  reads: 'read marks',
  recalls: 'messages recalled',
  deletions: 'chats deleted',
  streams: 'streamed messages',
  edits: 'edits',
  pins: 'messages pinned',
  reactions: 'reactions added or removed',
  hides: 'messages deleted from one copy',
  drafts: 'drafts',
  archives: 'chats archived',
  imports: 'messages imported',
  fellBehind: 'connections that fell behind because their client read nothing',
  deviceReloads: 'full reloads of a device',
  missed: 'messages that these read from the api',
  stalled: 'devices that had stopped sending at the end and continued after a reload',
  signOuts: 'devices whose session ended although nobody had ended it',
};
