import { parseArgs } from 'node:util';
import { type Command, commands, type Options } from './commands.ts';
import { format } from './format.ts';
import { CliError, ServerClient } from './server-client.ts';

/**
 * Runs one command line of `parley`. Resolves with the output.
 *
 * @param argv the arguments after `parley`
 * @param env the environment, with `PARLEY_URL` and `PARLEY_API_KEY`
 * @throws CliError with a message for people and an exit code
 */
export async function runCommand(argv: readonly string[], env: Environment): Promise<string> {
  const { values, positionals } = parse(argv);
  const { json, help, ...options } = values;
  if (help || positionals.length === 0) return usage();
  const [name, command] = findCommand(positionals);
  const args = positionals.slice(name.split(' ').length);
  const unknown = Object.keys(options).filter((option) => !command.options?.includes(option as keyof Options));
  if (args.length !== command.args.length || unknown.length > 0) throw new CliError(`Usage: ${line(name)}`, 2);
  if (!env.PARLEY_URL || !env.PARLEY_API_KEY)
    throw new CliError('Set PARLEY_URL to the root of the api and PARLEY_API_KEY to one of its API_KEYS.', 2);
  if (!URL.canParse(env.PARLEY_URL)) throw new CliError(`PARLEY_URL=${env.PARLEY_URL} is not a URL.`, 2);
  const result = await command.run(new ServerClient(env.PARLEY_URL, env.PARLEY_API_KEY), args, options);
  return json ? JSON.stringify(result ?? null) : format(result, command.columns);
}

/** The settings of the command line. */
export interface Environment {
  PARLEY_URL?: string | undefined;
  PARLEY_API_KEY?: string | undefined;
}

function parse(argv: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const lists = { q: text, limit: text, after: text, before: text, from: text, endpoint: text };
  const content = { text, body: text, custom: text, state: text, note: text, reason: text, days: text, skip: text };
  try {
    return parseArgs({
      args: [...argv],
      options: { ...lists, ...content, json: flag, help: flag },
      allowPositionals: true,
    });
  } catch (error) {
    throw new CliError(`${(error as Error).message}\nparley --help lists the commands.`, 2);
  }
}

function findCommand([first = '', second = '']: readonly string[]): [string, Command] {
  for (const name of [`${first} ${second}`, first]) {
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (command) return [name, command];
  }
  throw new CliError(`There is no command "${first}". parley --help lists the commands.`, 2);
}

function usage(): string {
  const rows = Object.keys(commands).map((name) => [line(name), commands[name]?.summary ?? ''] as const);
  rows.push(
    ['parley doctor', 'Check the settings of the api, its Redis and its PostgreSQL. Reads the environment of the api'],
    ['parley doctor --upgrade', 'Check whether the installation can be upgraded to the version of this command'],
    ['parley lag', 'Show the records that no recorder has written, by bucket. Reads the environment of the api'],
  );
  const width = Math.max(...rows.map(([left]) => left.length));
  return [
    'Inspects and manages a running Parley by its server API.',
    '',
    'Environment: PARLEY_URL, the root of the api; PARLEY_API_KEY, one of its API_KEYS.',
    'USER is an external id, or ~ and an id of Parley. CHAT is the id of a user or group.',
    '--json prints the JSON of the api.',
    '',
    ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`),
  ].join('\n');
}

function line(name: string): string {
  const { args = [], options = [] } = commands[name] ?? {};
  return ['parley', name, ...args, ...options.map((option) => `[--${option} ...]`)].join(' ');
}
