import type { ChangeEntry, Entry, HideEntry, MarkEntry, MessageEntry, PinEntry } from '@parley/database';
import { groupConversation, isId, userConversation } from '@parley/protocol';
import { BadEntry, type Json, readConversation, readId, readText } from './read-json.ts';

/**
 * Converts a JSON object to a record entry. Throws {@link BadEntry} if its kind is unknown or a
 * field is invalid.
 *
 * @param accepted when the entry was added to its stream, in Unix ms. Replaces the date of a
 * change, which a gateway's clock determined. Default: the date of the change
 */
export function parseEntry({ ...value }: Json, accepted?: number): Entry {
  if (accepted !== undefined && 'date' in value) value.date = accepted;
  switch (value.kind) {
    case 'message':
      return message(value);
    case 'mark':
      return mark(value);
    case 'recall':
    case 'edit':
    case 'react':
      return change(value.kind, value);
    case 'pin':
      return pin(value);
    case 'hide':
      return hide(value);
    default:
      throw new BadEntry(`is of unknown kind ${JSON.stringify(value.kind)}`);
  }
}

function message(value: Json): MessageEntry {
  const [from, to] = [readId(value, 'from'), readId(value, 'to')];
  const { conversation, mentions } = value;
  const group = conversation === groupConversation(to);
  if (!group && conversation !== userConversation(from, to))
    throw new BadEntry('conversation is not that of from and to');
  if (mentions !== undefined && !(Array.isArray(mentions) && mentions.every(isId)))
    throw new BadEntry('mentions are not ids');
  return {
    kind: 'message',
    id: readId(value, 'id'),
    conversation: conversation as string,
    from,
    to,
    group,
    body: body(value),
    ref: value.ref === undefined ? null : readText(value, 'ref'),
    replyTo: value.replyTo === undefined ? null : readId(value, 'replyTo'),
    mentions: mentions ?? null,
    custom: custom(value),
    silent: value.silent === true,
    streaming: value.streaming === true,
  };
}

function mark(value: Json): MarkEntry {
  const delivered = value.delivered === undefined ? 0 : readId(value, 'delivered');
  const read = value.read === undefined ? 0 : readId(value, 'read');
  return { kind: 'mark', ...readConversation(value), delivered, read, private: value.private === true };
}

function pin(value: Json): PinEntry {
  const common = { ...readConversation(value), id: readId(value, 'id'), date: readId(value, 'date') };
  return { kind: 'pin', ...common, active: active(value) };
}

function hide(value: Json): HideEntry {
  const { ids } = value;
  if (!(Array.isArray(ids) && ids.every(isId))) throw new BadEntry('ids are not ids');
  return { kind: 'hide', ...readConversation(value), ids };
}

function change(kind: ChangeEntry['kind'], value: Json): ChangeEntry {
  const common = { ...readConversation(value), id: readId(value, 'id'), date: readId(value, 'date') };
  if (kind === 'recall') return { kind, ...common, moderated: common.group && value.moderated === true };
  if (kind === 'edit') {
    const { streaming, silent } = value;
    return {
      kind,
      ...common,
      body: body(value),
      custom: custom(value),
      streamed: streaming === false,
      silent: silent === true,
    };
  }
  return { kind, ...common, emoji: readText(value, 'emoji'), active: active(value) };
}

function active(value: Json): boolean {
  if (typeof value.active !== 'boolean') throw new BadEntry('active is not a boolean');
  return value.active;
}

function custom(value: Json): string | null {
  if (value.custom === undefined) return null;
  if (typeof value.custom !== 'object' || value.custom === null) throw new BadEntry('custom is not an object');
  return JSON.stringify(value.custom);
}

function body(value: Json): string {
  if (typeof value.body !== 'object' || value.body === null) throw new BadEntry('body is not an object');
  return JSON.stringify(value.body);
}
