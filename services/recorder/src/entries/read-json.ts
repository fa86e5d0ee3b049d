import { groupConversation, isId, userConversation } from '@parley/protocol';

/** Thrown for a record entry or request that is invalid, so that a retry cannot succeed. */
export class BadEntry extends Error {
  override name = 'BadEntry';
}

/** Parses the text of a stream entry. Throws {@link BadEntry} if the text is not a JSON object. */
export function readJson(text: string | undefined): Json {
  if (text === undefined) throw new BadEntry('lacks the field e');
  try {
    const value: unknown = JSON.parse(replaceNul(text));
    if (typeof value === 'object' && value !== null) return value as Json;
  } catch (cause) {
    throw new BadEntry('is not JSON', { cause });
  }
  throw new BadEntry('is not a JSON object');
}

/** Replaces U+0000 by U+FFFD, because PostgreSQL cannot store U+0000 in text. */
function replaceNul(json: string): string {
  return json.includes('\\u0000') ? json.replace(/(?<!\\)((?:\\\\)*)\\u0000/g, '$1\\ufffd') : json;
}

/** Returns the value of a field that must be an id. */
export function readId(value: Json, field: string): number {
  const candidate = value[field];
  if (!isId(candidate)) throw new BadEntry(`${field} is not an id`);
  return candidate;
}

/** Returns the value of a field that must be a string. */
export function readText(value: Json, field: string): string {
  const candidate = value[field];
  if (typeof candidate !== 'string') throw new BadEntry(`${field} is not a string`);
  return candidate;
}

/**
 * Returns the ids in the fields `user` and `chat`, and the name of the conversation between both.
 */
export function readConversation(value: Json): { conversation: string; user: number; chat: number; group: boolean } {
  const [user, chat, group] = [readId(value, 'user'), readId(value, 'chat'), value.group === true];
  return { conversation: group ? groupConversation(chat) : userConversation(user, chat), user, chat, group };
}

export type Json = Record<string, unknown>;
