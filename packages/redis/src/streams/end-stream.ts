import { type Body, type Custom, parseConversation } from '@parley/protocol';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { MessageRecalled, mutate, StreamChanged } from '../messages/mutate.ts';
import { readStream } from './stream.ts';

/**
 * Maximum number of attempts to end a stream. An attempt fails if another device of the sender
 * appends to the stream at the same time.
 */
const MAX_ATTEMPTS = 10;

/**
 * Ends a stream: records the final content of the message and delivers it to the participants as an
 * edit. If the message has been recalled, only removes the stream. Resolves with false if the
 * stream is not open. Rejects like `mutate`.
 */
export async function endStream(
  redis: RedisConnection,
  conversation: string,
  id: number,
  { body, custom, permit, participants }: StreamEnd,
): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    const stream = await readStream(redis, conversation, id);
    if (!stream) return false;
    const { from } = stream;
    const { chat, group } = chatOf(conversation, from);
    const started = stream.custom === undefined ? undefined : (JSON.parse(stream.custom) as Custom);
    const data = custom === undefined ? started : custom;
    const edit = {
      kind: 'edit' as const,
      id,
      body: body ?? { type: 'text' as const, text: stream.asked ? stream.first : stream.text },
      ...(data && { custom: data }),
      streaming: false as const,
    };
    try {
      await mutate(redis, {
        permit,
        record: {
          ...edit,
          user: from,
          chat,
          ...(group && { group }),
          date: Date.now(),
          ...(stream.silent && { silent: true }),
        },
        recorded: stream.recorded,
        texts: stream.index + 1,
        entries: (group ? participants : [...new Set([from, chat])]).map((user) => {
          const named = group || user === from ? chat : from;
          return { user, event: JSON.stringify({ ...edit, chat: named, user: from }) };
        }),
      });
      return true;
    } catch (error) {
      // Removes the stream here, because a gateway of the previous release recalls a message
      // without ending its stream.
      if (error instanceof MessageRecalled) return true;
      if (!(error instanceof StreamChanged) || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

/** Returns the chat of a conversation from the sender's view: the peer or the group. */
function chatOf(conversation: string, from: number): { chat: number; group?: true } {
  const parsed = parseConversation(conversation);
  if (!parsed) throw new TypeError(`No conversation: ${conversation}`);
  if (parsed.type === 'group') return { chat: parsed.group, group: true };
  const [a, b] = parsed.users;
  return { chat: a === from ? b : a };
}

export interface StreamEnd {
  /**
   * Final content of the message. Default: all text so far. If hooks must check the final content,
   * the default is only the first text, because hooks have not checked the later ones.
   */
  body?: Body | undefined;
  /** Final data of the app. Null: no data. Default: the data from the start of the stream. */
  custom?: Custom | null | undefined;
  /** The permission of the sender, as for `accept`. Undefined: no permission is needed. */
  permit?: number | 'member' | undefined;
  /** Members of the group. Ignored in a chat between two users. */
  participants: number[];
}
