import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '@parley/stack';
import ts from 'typescript';

/** Source folders with log calls -> name of the service that runs the code. */
const sources = {
  'services/gateway/src': 'gateway',
  'services/api/src': 'api',
  'services/recorder/src': 'recorder',
  'packages/service/src': 'all',
};

const levels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

/** Returns the page of all log events as Markdown, created from the sources. */
export async function writeLogEvents(): Promise<string> {
  const found = new Map<string, LogEvent>();
  for (const [folder, service] of Object.entries(sources))
    for (const file of await filesOf(join(root, folder)))
      for (const event of eventsOf(await readFile(file, 'utf8'))) {
        const key = `${event.level} ${event.text}`;
        const known = found.get(key);
        if (known) merge(known, event, service);
        else found.set(key, { ...event, services: new Set([service]) });
      }
  const order = ({ level }: LogEvent) => levels.indexOf(level);
  const events = [...found.values()].sort((a, b) => order(a) - order(b) || (a.text < b.text ? -1 : 1));
  return `${[...head, ...events.map(rowOf)].join('\n')}\n`;
}

const head = [
  '# Log events',
  '',
  'All events that the services log. `npx vitest run --config test/vitest.config.ts',
  'test/deploy/log-events.test.ts -u` generates this page from their sources. Each line of a log is a',
  'JSON object with `time`, `level`, `service`, `pid`, `msg` (the event) and the fields below. `err`',
  'has the type, message and stack of an error. The',
  '[audit log](../../services/api/README.md#audit-log) has a table of its own.',
  '',
  'A warning or error that repeats is logged once, when it begins. 15 s after its last repetition',
  '`fault ended` follows, with the event as `fault`, the number of `times`, and the `seconds` from the',
  'first to the last. Lines with a `requestId` appear up to ten times, so that a request that a client',
  'reports can be found. When Redis or PostgreSQL stops responding, `dependency unavailable` names it',
  'within 7 s, and `dependency available again` has the `seconds` of the outage.',
  '',
  '| event | level | service | fields |',
  '|---|---|---|---|',
];

function rowOf({ text, level, services, fields }: LogEvent): string {
  const names = [...fields].map((name) => `\`${name}\``).join(', ');
  return `| \`${text}\` | ${level} | ${[...services].join(', ')} | ${names} |`;
}

function merge(known: LogEvent, { fields }: FoundEvent, service: string): void {
  known.services.add(service);
  for (const field of fields) known.fields.add(field);
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true });
  return entries
    .filter((name) => name.endsWith('.ts') && !/\.(test|fixture|d)\.ts$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}

/** Returns the log events in a source file: calls such as `….log.<level>(fields, event)`. */
function eventsOf(source: string): FoundEvent[] {
  const events: FoundEvent[] = [];
  const visit = (node: ts.Node): void => {
    const event = ts.isCallExpression(node) ? eventOf(node) : undefined;
    if (event) events.push(event);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true));
  return events;
}

function eventOf({ expression, arguments: args }: ts.CallExpression): FoundEvent | undefined {
  if (!ts.isPropertyAccessExpression(expression) || !/(^|[.#])log\??$/.test(expression.expression.getText())) return;
  const level = levels.find((name) => name === expression.name.text);
  const [first, second] = args;
  const event = second ?? first;
  if (!level || !event || !ts.isStringLiteralLike(event)) return;
  const fields = second && first && ts.isObjectLiteralExpression(first) ? first.properties : [];
  const names = [...fields].flatMap(({ name }) => (name ? [name.getText()] : []));
  return { level, text: event.text, fields: new Set(names) };
}

interface FoundEvent {
  text: string;
  level: (typeof levels)[number];
  fields: Set<string>;
}

interface LogEvent extends FoundEvent {
  services: Set<string>;
}
