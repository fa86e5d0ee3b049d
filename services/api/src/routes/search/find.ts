import { z } from '@hono/zod-openapi';
import { fits } from '@parley/protocol';
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
import { findHits } from '../../search/find-hits.ts';
import { search, textOf } from '../../search/search.ts';
import { type Query, readQuery } from '../../search/terms.ts';
import { findChat } from '../chats/find-chat.ts';

/** Maximum characters of a query. */
const longestQuery = 200;

const cursor = pageCursor('number', 'number');

const query = z.strictObject({
  q: z
    .string()
    .trim()
    .min(1, 'Nothing to search')
    .refine((value) => fits(value, longestQuery), { error: `Too long: at most ${longestQuery} characters` })
    .openapi({ minLength: 1, maxLength: longestQuery, description: 'All of these words, in any case and order' }),
  chat: idField.optional().openapi({ description: 'Only the chat with this user or group' }),
  ...pageFields(cursor),
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
        'Where what was searched stands in `message.body.text`, or `message.body.name` of a file: start and end (exclusive) in UTF-16 ' +
        'units, as of JavaScript strings; ascending, without overlaps',
    }),
});

/** Finds messages in the caller's own copies and groups. */
export const find = callerOperation(
  {
    method: 'get',
    operationId: 'searchMessages',
    path: '/v1/search',
    tags: ['Chats'],
    summary: 'Search your messages',
    description:
      'Finds texts and names of files that hold all words of `q`, each at the beginning of a word; context in scripts without spaces ' +
      '(Chinese, Japanese, Thai, ...) and emoji anywhere. Without case, and half-width like full-width. Punctuation counts as a space; a ' +
      'query of nothing else finds nothing. A page may hold fewer than `limit`, or none, though `next` leads to more: when much was not ' +
      'searched for long, and is not indexed yet.',
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
    const { q, chat, limit, after } = c.req.valid('query');
    if (config.history === 'relay') throw new Refusal('history-disabled');
    const [id, peer] = after ?? [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
    await limitRate(context, 'search', me, config.perMinute.searches);
    const wanted = readQuery(q);
    const only = chat === undefined ? undefined : await findChat(db, me, chat);
    if (wanted.terms.length === 0) return c.json({ items: [], next: null, users: [] }, 200);

    const accepts = (key: Key) => key.id < id || (key.id === id && key.peer < peer);
    const { found, end, outdated } = await search({ db, fences }, me, wanted, {
      chat: only,
      upTo: id,
      accepts,
      limit: limit + 1,
    });
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
