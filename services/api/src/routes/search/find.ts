import { z } from '@hono/zod-openapi';
import { firstMessageId, fits } from '@parley/protocol';
import { idField } from '../../http/fields.ts';
import { limitRate } from '../../http/limit-rate.ts';
import { callerOperation, jsonResponse } from '../../http/operation.ts';
import { pageCursor, pageFields } from '../../http/page.ts';
import { Refusal } from '../../http/refusal.ts';
import { messageSchema, pageOf, usersField } from '../../http/schemas.ts';
import { type FoundRow, namesOf } from '../../queries/found-messages.ts';
import { toMessage } from '../../queries/message-row.ts';
import { requestIndexing } from '../../queries/search-segments.ts';
import type { Key } from '../../queries/search-sources.ts';
import { usersOfMessages } from '../../queries/users-of-messages.ts';
import { type MessageKind, messageKinds } from '../../search/filter-terms.ts';
import { findHits } from '../../search/find-hits.ts';
import { search, textOf } from '../../search/search.ts';
import { type Query, readQuery } from '../../search/terms.ts';
import { findChat } from '../chats/find-chat.ts';

/** Maximum number of characters of a query. */
const longestQuery = 200;

const cursor = pageCursor('number', 'number');

/** Names of the filters. With at least one of them, a search needs no `q`. */
const filterNames = ['chat', 'from', 'kind', 'since', 'until'] as const;

const kindPattern = `^(${messageKinds.join('|')})(,(${messageKinds.join('|')})){0,${messageKinds.length - 1}}$`;

const kindField = z
  .string()
  .regex(new RegExp(kindPattern), `Some of ${messageKinds.join(', ')}, separated by commas`)
  .transform((text) => text.split(',') as MessageKind[])
  .openapi({
    type: 'string',
    pattern: kindPattern,
    description:
      'Only messages whose body has one of these types, separated by commas. `link`: texts with a web address',
  });

const dateField = z
  .string()
  .regex(/^\d{1,15}$/, 'A date in Unix ms')
  .transform(Number)
  .openapi({ type: 'integer', minimum: 0, maximum: 999_999_999_999_999 });

const query = z
  .strictObject({
    q: z
      .string()
      .trim()
      .min(1, 'Nothing to search')
      .refine((value) => fits(value, longestQuery), { error: `Too long: at most ${longestQuery} characters` })
      .optional()
      .openapi({
        minLength: 1,
        maxLength: longestQuery,
        description: 'Words, phrases in quotes, and `-` before what to exclude',
      }),
    chat: idField.optional().openapi({ description: 'Only the chat with this user or group' }),
    from: idField.optional().openapi({ description: 'Only messages that this user sent' }),
    kind: kindField.optional(),
    since: dateField.optional().openapi({ description: 'Only messages sent at this date or later, in Unix ms' }),
    until: dateField.optional().openapi({ description: 'Only messages sent before this date, in Unix ms' }),
    ...pageFields(cursor),
  })
  .refine(({ q, ...filters }) => q !== undefined || filterNames.some((name) => filters[name] !== undefined), {
    error: `Set q, or one of ${filterNames.join(', ')}`,
    path: ['q'],
  });

const hitSchema = z.object({
  message: messageSchema,
  chat: z.int().positive(),
  type: z.enum(['user', 'group']),
  name: z.string().openapi({ description: 'What the other user, or the group, is called' }),
  hits: z
    .array(z.tuple([z.int(), z.int()]).openapi({ type: 'array', items: { type: 'integer' }, minItems: 2, maxItems: 2 }))
    .openapi({
      description:
        'Where the words of `q` are in `message.body.text`, or `message.body.name` of a file: start and end (exclusive) in UTF-16 units, ' +
        'as of JavaScript strings; ascending, without overlaps',
    }),
});

/** Finds messages in the caller's own chats and in the caller's groups. */
export const find = callerOperation(
  {
    method: 'get',
    operationId: 'searchMessages',
    path: '/v1/search',
    tags: ['Chats'],
    summary: 'Search your messages',
    description:
      'Finds texts and names of files that contain all words of `q`, each at the beginning of a word, in any order. Text in scripts ' +
      'without spaces (Chinese, Japanese, Thai, ...) and emoji match anywhere. Equal are upper and lower case, letters with and without ' +
      'accents (`cafe` finds `café`; `mueller` and `muller` find `Müller`), Traditional and Simplified Chinese, half and full width. Words ' +
      'in quotes, or joined by punctuation (`order-1234`, `v1.2.3`), match next to each other, with any punctuation between them. In ' +
      'closed quotes, the last word is a whole word. `-` before a word or a quote excludes. `+` and `#` at the end of a word count ' +
      '(`C++`, `C#`), and `.`, `#` and `@` before one (`.NET`). Other punctuation counts as a space, and a query of nothing else finds ' +
      'nothing. Numbers match from the beginning, or with three digits or more from any digit. Without `q`, lists all messages that the ' +
      'filters select. A page may contain fewer than `limit`, or none, although `next` leads to more, for example while the index is built.',
    request: { query },
    responses: {
      200: jsonResponse(
        pageOf(hitSchema).extend({ users: usersField }),
        'A page of what was found, the newest message first',
      ),
    },
    refuses: ['not-found', 'history-disabled', 'too-many'],
  },
  async (c) => {
    const { context } = c.var;
    const { config, db, fences, indexer } = context;
    const { user: me } = c.var.caller;
    const { q, chat, from, kind, since = 0, until, limit, after } = c.req.valid('query');
    if (config.history === 'relay') throw new Refusal('history-disabled');
    const [id, peer] = after ?? [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
    await limitRate(context, 'search', me, config.perMinute.searches);
    const wanted = readQuery(q ?? '');
    const only = chat === undefined ? undefined : await findChat(db, me, chat);
    if (q !== undefined && wanted.phrases.length + wanted.excluded.length === 0)
      return c.json({ items: [], next: null, users: [] }, 200);

    const accepts = (key: Key) => key.id < id || (key.id === id && key.peer < peer);
    const { found, end, outdated } = await search(
      { db, fences },
      me,
      { query: wanted, filters: { sender: from, kinds: kind } },
      {
        chat: only,
        above: firstMessageId(since) - 1,
        upTo: Math.min(id, until === undefined ? id : firstMessageId(until) - 1),
        accepts,
        limit: limit + 1,
      },
    );
    if (outdated.length > 0) {
      await requestIndexing(db, outdated, Date.now());
      indexer.wake();
    }
    const page = found.slice(0, limit);
    const last = found.length > limit ? page.at(-1) : undefined;
    const next: [number, number] | undefined = last
      ? [last.id, last.peer]
      : end === undefined
        ? undefined
        : [end, Number.MAX_SAFE_INTEGER];
    const names = await namesOf(db, [...new Set(page.map((row) => row.peer))]);
    const items = page.map((row) => toItem(me, wanted, row, names.get(row.peer) ?? ''));
    const users = await usersOfMessages(
      db,
      items.map(({ message }) => message),
    );
    return c.json({ items, next: next ? cursor.write(next) : null, users }, 200);
  },
);

function toItem(me: number, wanted: Query, row: FoundRow, name: string): z.infer<typeof hitSchema> {
  const { owner, peer } = row;
  const group = owner !== me;
  return {
    message: toMessage({ owner: me, peer, group }, row),
    chat: peer,
    type: group ? 'group' : 'user',
    name,
    hits: findHits(wanted, textOf(row)),
  };
}
