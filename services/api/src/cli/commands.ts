import { randomUUID } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { access } from 'node:fs/promises';
import { CliError, type ServerClient } from './server-client.ts';

/** Values of the command-line options, by the name of the option. */
export interface Options {
  q?: string;
  limit?: string;
  after?: string;
  before?: string;
  from?: string;
  endpoint?: string;
  text?: string;
  body?: string;
  custom?: string;
  state?: string;
  note?: string;
  reason?: string;
  days?: string;
  skip?: string;
}

/** A command of `parley`, such as `user show`. */
export interface Command {
  /** Names of the arguments that follow the command. */
  args: readonly string[];
  options?: readonly (keyof Options)[];
  summary: string;
  /** Columns of the table that the command prints. Default: all fields. */
  columns?: readonly string[];
  run(server: ServerClient, args: readonly string[], options: Options): Promise<unknown>;
}

const user = (args: readonly string[]) => `/users/${encodeURIComponent(args[0] ?? '')}`;
const chat = (args: readonly string[]) => `${user(args)}/chats/${encodeURIComponent(args[1] ?? '')}`;
const message = (args: readonly string[]) => `${chat(args)}/messages/${encodeURIComponent(args[2] ?? '')}`;
const userColumns = ['id', 'externalId', 'username', 'name', 'created', 'deactivated'];

/**
 * Maps the name of each command to its definition. The argument USER is an external id, or `~`
 * followed by Parley's id of the user.
 */
export const commands: Readonly<Record<string, Command>> = {
  import: {
    args: ['FILE'],
    options: ['skip'],
    summary: 'Import history from a file with one JSON object per line. --skip N leaves out the first N lines',
    run: async (server, [file = ''], { skip }) => {
      const lines = await openFile(file);
      return await server.call('POST', '/imports', { query: { skip }, lines });
    },
  },
  'user list': {
    args: [],
    options: ['q', 'limit', 'after'],
    summary: 'List users by id. --q TEXT: those whose username, name or external id begins with TEXT',
    columns: userColumns,
    run: (server, _, { q, limit, after }) => server.call('GET', '/users', { query: { q, limit, after } }),
  },
  'user find': {
    args: ['TEXT'],
    options: ['limit', 'after'],
    summary: 'List the users whose username, name or external id begins with TEXT',
    columns: userColumns,
    run: (server, [q], { limit, after }) => server.call('GET', '/users', { query: { q, limit, after } }),
  },
  'user show': {
    args: ['USER'],
    summary: 'Show a user',
    run: (server, args) => server.call('GET', user(args)),
  },
  'user sessions': {
    args: ['USER'],
    options: ['limit', 'after'],
    summary: 'List the sessions of a user',
    columns: ['id', 'device', 'created', 'lastUsed'],
    run: (server, args, query) =>
      server.call('GET', `${user(args)}/sessions`, { query: pick(query, 'limit', 'after') }),
  },
  'user end-session': {
    args: ['USER', 'SESSION'],
    summary: 'Sign a user out on one device',
    run: (server, args) => server.call('DELETE', `${user(args)}/sessions/${encodeURIComponent(args[1] ?? '')}`),
  },
  'user push-devices': {
    args: ['USER'],
    summary: 'List the push devices of a user, without their tokens',
    columns: ['kind', 'app', 'environment', 'language', 'session', 'created'],
    run: (server, args) => server.call('GET', `${user(args)}/push-devices`),
  },
  connections: {
    args: ['USER'],
    summary: 'List the gateways that a user is connected to',
    run: (server, args) => server.call('GET', `${user(args)}/connections`),
  },
  inbox: {
    args: ['USER'],
    summary: 'Show how many events wait for a user in Redis, and how far each device has acknowledged them',
    run: (server, args) => server.call('GET', `${user(args)}/inbox`),
  },
  export: {
    args: ['USER', 'FILE'],
    summary: 'Write all data of a user to a new zip archive',
    run: async (server, args) => await server.download(`${user(args)}/export`, args[1] ?? ''),
  },
  'user disconnect': {
    args: ['USER'],
    summary: 'Close all connections of a user',
    run: (server, args) => server.call('DELETE', `${user(args)}/connections`),
  },
  'user deactivate': {
    args: ['USER'],
    summary: 'End all sessions of a user and refuse new ones',
    run: (server, args) => server.call('DELETE', user(args)),
  },
  'user reactivate': {
    args: ['USER'],
    summary: 'Reactivate a deactivated user',
    run: (server, args) => server.call('POST', `${user(args)}/reactivate`),
  },
  'user reset-password': {
    args: ['USER'],
    summary: 'Create a link with which a user sets a new password',
    run: (server, args) => server.call('POST', `${user(args)}/password-reset`),
  },
  chats: {
    args: ['USER'],
    options: ['limit', 'after'],
    summary: 'List the chats of a user',
    columns: ['chat', 'type', 'name', 'unread', 'read', 'updated'],
    run: (server, args, query) => server.call('GET', `${user(args)}/chats`, { query: pick(query, 'limit', 'after') }),
  },
  history: {
    args: ['USER', 'CHAT'],
    options: ['limit', 'before'],
    summary: 'Show messages of a chat of a user, the newest at the end',
    columns: ['id', 'date', 'from', 'body'],
    run: (server, args, query) =>
      server.call('GET', `${chat(args)}/messages`, { query: pick(query, 'limit', 'before') }),
  },
  retention: {
    args: ['USER', 'CHAT'],
    options: ['days'],
    summary: 'Show the retention period of a chat of two users. --days N sets it, 0: never, none: as for all chats',
    run: (server, args, { days }) =>
      days === undefined
        ? server.call('GET', `${chat(args)}/retention`)
        : server.call('PUT', `${chat(args)}/retention`, {
            body: { retention: days === 'none' ? null : readDays(days) },
          }),
  },
  'message send': {
    args: ['TO', 'TEXT'],
    options: ['from'],
    summary: 'Send a text to a user, as the system or as --from USER',
    run: (server, [to = '', text], { from = 'system' }) =>
      server.call('POST', '/messages', {
        body: { from: toRef(from), to: toRef(to), ref: randomUUID(), body: { type: 'text', text } },
      }),
  },
  'message show': {
    args: ['USER', 'CHAT', 'MESSAGE'],
    summary: 'Show a message of a chat of a user',
    run: (server, args) => server.call('GET', message(args)),
  },
  'message edit': {
    args: ['USER', 'CHAT', 'MESSAGE'],
    options: ['text', 'body', 'custom'],
    summary: 'Edit a message for everybody: its text, or body and custom data as JSON. --custom null removes the data',
    run: async (server, args, { text, body, custom }) =>
      server.call('PATCH', message(args), {
        body: {
          ...(text !== undefined && { body: { type: 'text', text } }),
          ...(body !== undefined && { body: readJson('body', body) }),
          ...(custom !== undefined && { custom: readJson('custom', custom) }),
        },
      }),
  },
  'message delete': {
    args: ['USER', 'CHAT', 'MESSAGE'],
    summary: 'Remove a message of a chat of a user for everybody',
    run: (server, args) => server.call('DELETE', message(args)),
  },
  'report list': {
    args: [],
    options: ['state', 'limit', 'after'],
    summary: 'List reports, the newest first. --state open or closed',
    columns: ['id', 'created', 'state', 'kind', 'reporter', 'user', 'group', 'reason', 'text'],
    run: (server, _, query) => server.call('GET', '/reports', { query: pick(query, 'state', 'limit', 'after') }),
  },
  'report close': {
    args: ['REPORT'],
    options: ['note'],
    summary: 'Close a report. --note TEXT describes what was done',
    run: (server, [id = ''], { note }) =>
      server.call('PATCH', `/reports/${encodeURIComponent(id)}`, {
        body: { state: 'closed', ...(note !== undefined && { note }) },
      }),
  },
  removals: {
    args: [],
    summary: 'Show the progress of the retention and of the deletion of accounts',
    run: async (server) => {
      const { retention, erasures, ...more } = (await server.call('GET', '/removals')) as Record<string, object>;
      return { retention: [retention], erasures: [erasures], ...more };
    },
  },
  'hold list': {
    args: [],
    options: ['limit', 'after'],
    summary: 'List the legal holds',
    columns: ['id', 'kind', 'externalId', 'created', 'by', 'reason'],
    run: (server, _, query) => server.call('GET', '/holds', { query: pick(query, 'limit', 'after') }),
  },
  'hold user': {
    args: ['USER'],
    options: ['reason'],
    summary: 'Put a user on legal hold. --reason TEXT is required',
    run: (server, [user = ''], { reason }) => server.call('POST', '/holds', { body: { user: toRef(user), reason } }),
  },
  'hold group': {
    args: ['GROUP'],
    options: ['reason'],
    summary: 'Put a group on legal hold. --reason TEXT is required',
    run: (server, [group = ''], { reason }) => server.call('POST', '/holds', { body: { group: toRef(group), reason } }),
  },
  'hold messages': {
    args: ['ID'],
    options: ['limit', 'after'],
    summary: 'List the messages that the hold on the user or group with this Parley id has preserved',
    columns: ['id', 'preserved', 'cause', 'owner', 'peer', 'message', 'from', 'date', 'body', 'storageKey'],
    run: (server, [id = ''], query) =>
      server.call('GET', `/holds/${encodeURIComponent(id)}/messages`, { query: pick(query, 'limit', 'after') }),
  },
  'hold end': {
    args: ['ID'],
    summary: 'End the hold on the user or group with this Parley id',
    run: (server, [id = '']) => server.call('DELETE', `/holds/${encodeURIComponent(id)}`),
  },
  'webhook list': {
    args: [],
    summary: 'Show the webhook endpoints and their numbers of waiting events',
    run: (server) => server.call('GET', '/webhooks'),
  },
  'dead list': {
    args: [],
    options: ['endpoint', 'limit', 'after'],
    summary: 'List dead webhook events: those whose retries are used up. --endpoint NAME selects an endpoint',
    run: (server, _, query) =>
      server.call('GET', '/webhooks/dead', { query: pick(query, 'endpoint', 'limit', 'after') }),
  },
  'dead replay': {
    args: ['EVENT'],
    summary: 'Deliver a dead webhook event again',
    run: (server, [id = '']) => server.call('POST', `/webhooks/dead/${encodeURIComponent(id)}/replay`),
  },
};

function readDays(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new CliError('--days is not a whole number or "none".', 2);
  return Number(text);
}

function readJson(option: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new CliError(`--${option} is not JSON.`, 2);
  }
}

/**
 * Converts a USER argument to the form that request bodies use: a number for an id of Parley, a
 * string for an external id.
 */
function toRef(text: string): string | number {
  return /^~\d+$/.test(text) ? Number(text.slice(1)) : text;
}

function pick(options: Options, ...names: (keyof Options)[]): Record<string, string | undefined> {
  return Object.fromEntries(names.map((name) => [name, options[name]]));
}

async function openFile(file: string): Promise<Blob> {
  try {
    await access(file);
    return await openAsBlob(file);
  } catch (error) {
    throw new CliError(`Cannot read ${file}: ${(error as Error).message}`, 2);
  }
}
