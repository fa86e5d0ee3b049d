import { z } from '@hono/zod-openapi';
import { line } from '../../http/fields.ts';
import { callerOperation, jsonResponse } from '../../http/operation.ts';
import { pageCursor, pageFields, toPage } from '../../http/page.ts';
import { pageOf, userSchema } from '../../http/schemas.ts';
import { findUsers, getUsers } from '../../queries/users.ts';

const cursor = pageCursor(/[a-z0-9_.~-]{1,40}/);

/** Maximum number of ids in one request. */
const MAX_IDS = 100;

/** Matches an id below 9 * 10^15, because the server assigns no larger ids. */
const id = '([1-9]\\d{0,14}|[1-8]\\d{15})';
const idPattern = `^${id}(,${id}){0,${MAX_IDS - 1}}$`;

const idList = z
  .string()
  .regex(new RegExp(idPattern), `Up to ${MAX_IDS} ids, separated by commas`)
  .transform((text) => text.split(',').map(Number))
  .openapi({
    type: 'string',
    pattern: idPattern,
    description: `These users, up to ${MAX_IDS} ids separated by commas; in place of \`q\``,
  });

const query = z
  .strictObject({ q: line(64).optional(), ids: idList.optional(), ...pageFields(cursor) })
  .refine(({ q, ids }) => (q === undefined) !== (ids === undefined), { error: 'Set either q or ids', path: ['q'] });

/**
 * Finds users whose username or name begins with a query, or returns the users with the given ids.
 */
export const find = callerOperation(
  {
    method: 'get',
    operationId: 'findUsers',
    path: '/v1/users',
    tags: ['People'],
    summary: 'Find people by the beginning of their username or name, or by ids',
    request: { query },
    responses: { 200: jsonResponse(pageOf(userSchema), 'A page of users by username') },
  },
  async (c) => {
    const { q = '', ids, limit, after } = c.req.valid('query');
    if (ids) return c.json({ items: await getUsers(c.var.context.db, ids), next: null }, 200);
    const [last = ''] = after ?? [];
    const users = await findUsers(c.var.context.db, q, last, limit + 1);
    return c.json(
      toPage(
        users,
        limit,
        (user) => user,
        cursor,
        (user) => [user.username],
      ),
      200,
    );
  },
);
