import {
  type Database,
  type ImportedMark,
  type ImportedMember,
  type ImportedMessage,
  importBatch,
  type Pool,
  readPermits,
} from '@parley/database';
import { SYSTEM_USER } from '@parley/protocol';
import { type RedisConnection, writePermits } from '@parley/redis';
import type { ApiConfig } from '../config.ts';
import { Refusal } from '../http/refusal.ts';
import { findMembers, type LineError } from '../queries/imports.ts';
import { type ImportLine, parseLine } from './import-line.ts';
import { type Name, People } from './people.ts';
import type { Line } from './read-lines.ts';

/** Writes the lines of one import to PostgreSQL, one batch at a time. */
export class LineImporter {
  readonly #deps: LineDeps;
  readonly #people: People;

  constructor(deps: LineDeps) {
    this.#deps = deps;
    this.#people = new People(deps.db);
  }

  /**
   * Writes a batch of lines. Resolves after the commit, and when Redis knows which messages members
   * see. Valid lines are written even if others in the batch are refused.
   */
  async write(lines: readonly Line[]): Promise<Written> {
    const errors: LineError[] = [];
    const attempt = <T>(line: number, work: () => T): T | undefined => {
      try {
        return work();
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        errors.push({ line, code: error.code, message: error.detail });
        return undefined;
      }
    };
    const now = Date.now();
    const parsed = lines.flatMap((line) => {
      const value = attempt(line.number, () => parseLine(this.#deps.config, line, now));
      return value ? [{ line: line.number, value }] : [];
    });
    await this.#people.load(parsed.flatMap(({ value }) => namesOf(value)));
    const resolved = parsed.flatMap(({ line, value }) => {
      const entry = attempt(line, () => this.#resolve(value));
      return entry ? [{ line, ...entry }] : [];
    });
    const members = await findMembers(this.#deps.db, resolved.flatMap(membershipOf));
    const allowed = resolved.filter((entry) =>
      attempt(entry.line, () => {
        for (const { group, user } of membershipOf(entry)) {
          if (!members.has(`${group}:${user}`)) throw new Refusal('not-member', `${user} is not a member of ${group}.`);
        }
        return true;
      }),
    );
    const moved = allowed.flatMap(({ member }) => member ?? []);
    const { imported, duplicates, refused } = await importBatch(this.#deps.pool, {
      messages: allowed.flatMap(({ message }) => message ?? []),
      marks: allowed.flatMap(({ mark }) => mark ?? []),
      members: moved,
    });
    const { db, redis } = this.#deps;
    for (const group of new Set(moved.map((member) => member.group)))
      await writePermits(redis, group, await readPermits(db, group));
    const full = new Set(refused);
    for (const { line, message } of allowed) {
      if (message && full.has(message))
        errors.push({ line, code: 'conflict', message: 'The chat has too many messages of this date.' });
    }
    return { imported, duplicates, errors: errors.sort((a, b) => a.line - b.line) };
  }

  #resolve(value: ImportLine): Resolved {
    const people = this.#people;
    if (value.type === 'member') {
      const { id, group } = people.find(typeof value.group === 'string' ? { group: value.group } : value.group);
      if (!group) throw new Refusal('not-found', `There is no group ${id}.`);
      return { member: { group: id, user: people.user(value.user), joined: value.joined } };
    }
    if (value.type === 'read') {
      const { id, group } = people.find(value.chat);
      return { mark: { user: people.user(value.user), chat: id, group, date: value.date } };
    }
    const { id: to, group } = people.find(value.to);
    const { replyTo } = value;
    return {
      message: {
        ...{ from: people.user(value.from), to, group, date: value.date, ref: value.id },
        body: JSON.stringify(value.body),
        custom: value.custom ? JSON.stringify(value.custom) : null,
        mentions: value.mentions?.map((each) => people.user(each)) ?? null,
        replyTo: replyTo ? { ref: replyTo.id, date: replyTo.date } : null,
      },
    };
  }
}

function namesOf(value: ImportLine): Name[] {
  if (value.type === 'member')
    return [typeof value.group === 'string' ? { group: value.group } : value.group, value.user];
  if (value.type === 'read') return [value.user, value.chat];
  return [value.from, value.to, ...(value.mentions ?? [])];
}

/** Returns the group memberships that an import entry requires. */
function membershipOf({ message, mark, member }: Resolved): { group: number; user: number }[] {
  if (member) return [member];
  if (mark?.group) return [{ group: mark.chat, user: mark.user }];
  if (message?.group && message.from !== SYSTEM_USER) return [{ group: message.to, user: message.from }];
  return [];
}

interface Resolved {
  message?: ImportedMessage;
  mark?: ImportedMark;
  member?: ImportedMember;
}

/** Result of writing a batch of lines. */
export interface Written {
  imported: number;
  duplicates: number;
  errors: LineError[];
}

interface LineDeps {
  config: ApiConfig;
  db: Database;
  pool: Pool;
  redis: RedisConnection;
}
