import { type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Friend, FriendGroup } from '@parley/protocol';
import type { CallerEnv } from '../../app-context.ts';
import { Refusal } from '../../http/refusal.ts';
import { listFriendGroups } from '../../queries/friend-groups.ts';
import { listFriends } from '../../queries/friendships.ts';
import { listGroups } from '../../queries/groups.ts';
import { getUser } from '../../queries/users.ts';
import { toFriends } from '../friends/to-friends.ts';
import { layimAnswers, personSchema, toPerson } from './schemas.ts';

const statusSchema = z.enum(['online', 'offline']);
const friendSchema = personSchema.extend({ status: statusSchema });
const dataSchema = z.object({
  mine: friendSchema,
  friend: z.array(
    z.object({ groupname: z.string(), id: z.int(), online: z.int(), list: z.array(friendSchema) }), //
  ),
  group: z.array(z.object({ groupname: z.string(), id: z.int(), avatar: z.string() })),
});

/**
 * Returns LayIM's initial data: the caller, the caller's friends by friend group, and the caller's
 * groups.
 */
export function addInit(router: OpenAPIHono<CallerEnv>): void {
  router.openapi(
    {
      method: 'get',
      operationId: 'layimInit',
      path: '/init',
      tags: ['LayIM'],
      summary: 'The data with which a LayIM page starts',
      security: [{ accessToken: [] }],
      responses: layimAnswers(dataSchema, 'You, your friends and your groups'),
    },
    async (c) => {
      const { context, caller } = c.var;
      const { db, redis, config } = context;
      const { limits } = config;
      const [me, headings, rows, groups] = await Promise.all([
        getUser(db, caller.user),
        listFriendGroups(db, caller.user, undefined, limits.friendGroups),
        listFriends(db, caller.user, { limit: limits.friends }),
        listGroups(db, caller.user, 0, limits.groups),
      ]);
      if (me === undefined) throw new Refusal('unauthenticated');
      const friend = byHeading(headings, await toFriends(redis, rows));
      const group = groups.map(({ id, name, avatar }) => ({ groupname: name, id, avatar: avatar ?? '' }));
      const data = { mine: { ...toPerson(me), status: 'online' as const }, friend, group };
      return c.json({ code: 0, msg: '', data }, 200);
    },
  );
}

/**
 * Friends who are in no friend group come last, under LayIM's default heading. If there are none,
 * the heading is omitted.
 */
function byHeading(headings: readonly FriendGroup[], friends: readonly Friend[]) {
  const under = (id: number | null) => friends.filter(({ friendGroup }) => friendGroup === id);
  const named = headings.map(({ id, name }) => toHeading(id, name, under(id)));
  const others = under(null);
  return others.length > 0 || named.length === 0 ? [...named, toHeading(0, '我的好友', others)] : named;
}

function toHeading(id: number, groupname: string, friends: readonly Friend[]) {
  const list = friends.map(({ user, remark, online }) => ({
    ...toPerson(user, remark),
    status: online ? ('online' as const) : ('offline' as const),
  }));
  return { groupname, id, online: friends.filter(({ online }) => online).length, list };
}
