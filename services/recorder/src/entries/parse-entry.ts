import { groupConversation, isId, userConversation } from '@parley/protocol';
import type { ChangeEntry, Entry, ExternalEntry, MarkEntry, MessageEntry } from './entry.ts';

/** Reads the text of a record entry. Throws {@link BadEntry} when nothing can be made of it. */
export function parseEntry(text: string | undefined): Entry {
  const value = parseJson(text);
  switch (value.kind) {
    case 'message':
      return message(value);
    case 'mark':
      return mark(value);
    case 'recall':
    case 'edit':
    case 'react':
      return change(value.kind, value);
    case 'facts':
      return { kind: 'facts', ...conversationOf(value), id: id(value, 'id') };
    case 'rebuild':
      return { kind: 'rebuild', id: id(value, 'id') };
    case 'external':
      return external(value);
    default:
      throw new BadEntry(`of unknown kind ${JSON.stringify(value.kind)}`);
  }
}

/** An entry that no retry can make good. */
export class BadEntry extends Error {
  override name = 'BadEntry';
}

function message(value: Json): MessageEntry {
  const [from, to] = [id(value, 'from'), id(value, 'to')];
  const { conversation, mentions } = value;
  const group = conversation === groupConversation(to);
  if (!group && conversation !== userConversation(from, to))
    throw new BadEntry('conversation is not that of from and to');
  if (mentions !== undefined && !(Array.isArray(mentions) && mentions.every(isId)))
    throw new BadEntry('mentions are no ids');
  return {
    kind: 'message',
    id: id(value, 'id'),
    conversation: conversation as string,
    from,
    to,
    group,
    body: body(value),
    ref: value.ref === undefined ? null : text(value, 'ref'),
    replyTo: value.replyTo === undefined ? null : id(value, 'replyTo'),
    mentions: mentions ?? null,
  };
}

function external(value: Json): ExternalEntry {
  return { kind: 'external', external: text(value, 'external') };
}

function mark(value: Json): MarkEntry {
  const delivered = value.delivered === undefined ? 0 : id(value, 'delivered');
  const read = value.read === undefined ? 0 : id(value, 'read');
  return { kind: 'mark', ...conversationOf(value), delivered, read };
}

function change(kind: ChangeEntry['kind'], value: Json): ChangeEntry {
  const common = { ...conversationOf(value), id: id(value, 'id'), date: id(value, 'date') };
  if (kind === 'recall') return { kind, ...common };
  if (kind === 'edit') return { kind, ...common, body: body(value) };
  if (typeof value.active !== 'boolean') throw new BadEntry('active is no boolean');
  return { kind, ...common, emoji: text(value, 'emoji'), active: value.active };
}

function conversationOf(value: Json): { conversation: string; user: number; chat: number; group: boolean } {
  const [user, chat, group] = [id(value, 'user'), id(value, 'chat'), value.group === true];
  return { conversation: group ? groupConversation(chat) : userConversation(user, chat), user, chat, group };
}

function parseJson(text: string | undefined): Json {
  if (text === undefined) throw new BadEntry('without field e');
  try {
    const value: unknown = JSON.parse(storable(text));
    if (typeof value === 'object' && value !== null) return value as Json;
  } catch (cause) {
    throw new BadEntry('no JSON', { cause });
  }
  throw new BadEntry('no object');
}

/** PostgreSQL's text cannot hold U+0000; U+FFFD stands in for it. */
function storable(json: string): string {
  return json.includes('\\u0000') ? json.replace(/(?<!\\)((?:\\\\)*)\\u0000/g, '$1\\ufffd') : json;
}

function id(value: Json, field: string): number {
  const candidate = value[field];
  if (!isId(candidate)) throw new BadEntry(`${field} is no id`);
  return candidate;
}

function text(value: Json, field: string): string {
  const candidate = value[field];
  if (typeof candidate !== 'string') throw new BadEntry(`${field} is no text`);
  return candidate;
}

function body(value: Json): string {
  if (typeof value.body !== 'object' || value.body === null) throw new BadEntry('body is no object');
  return JSON.stringify(value.body);
}

type Json = Record<string, unknown>;
