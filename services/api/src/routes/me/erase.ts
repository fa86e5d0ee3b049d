import { z } from '@hono/zod-openapi';
import { bumpPermits, type Database } from '@parley/database';
import { audit } from '../../accounts/audit.ts';
import { endOfTokens } from '../../accounts/end-sessions.ts';
import { requirePassword } from '../../accounts/require-password.ts';
import { deleteRefreshCookie } from '../../accounts/session-answer.ts';
import { commitAndNotify } from '../../events/commit-and-notify.ts';
import type { Notify } from '../../events/notice.ts';
import { callerOperation, jsonResponse, optionalJsonBody } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';
import { countLeft, eraseUser, readPeers, readTies, type Ties } from '../../queries/erase.ts';
import { lockUsers } from '../../queries/lock-users.ts';
import { leaveGroups } from './leave-groups.ts';

const schema = z.strictObject({
  password: z.string().min(1).max(512).optional().openapi({
    format: 'password',
    description: 'Needed where the account has one',
  }),
});

const remainsSchema = z.object({
  remains: z.array(
    z.object({
      where: z.enum(['users', 'peers', 'groups', 'media', 'blocks', 'reports']),
      what: z.string(),
      count: z.int().nonnegative(),
    }),
  ),
});

/**
 * Deletes the caller's account. Before the api responds, all devices are signed out, nobody can
 * write to the user, and the user's friendships and memberships have ended. Messages are deleted in
 * the background.
 */
export const erase = callerOperation(
  {
    method: 'delete',
    operationId: 'deleteMe',
    path: '/v1/me',
    tags: ['Accounts'],
    summary: 'Delete your account',
    description:
      'For good. All sessions end, friendships end, groups are left: one you own goes to its oldest admin, else to its oldest member, ' +
      'and is dissolved if you are alone in it. Your own copies of chats, your files that nobody was sent, and what the server remembers ' +
      'for your devices are deleted. What others have of you stays theirs, from a deleted user; the answer says what.',
    request: { body: optionalJsonBody(schema) },
    responses: { 200: jsonResponse(remainsSchema, 'The data that remains after the deletion, by place') },
    refuses: ['forbidden', 'too-many'],
  },
  async (c) => {
    const { context } = c.var;
    const { config } = context;
    const { user: me } = c.var.caller;
    await requirePassword(c, c.req.valid('json').password, { optional: true });
    // Passes no actor, because the fan-out limit must not prevent the deletion of an account.
    const { db, outbox } = context;
    const remains = await commitAndNotify({ db, outbox }, async (tx, notify) => {
      const { friends, asked, groups } = await lockTies(tx, me);
      const peers = await readPeers(tx, me);
      const left = await countLeft(tx, me);
      await leaveGroups(tx, notify, me, groups);
      const at = Date.now();
      const { sessions, external } = await eraseUser(tx, me, at);
      notifyOf(notify, me, { friends, asked, peers });
      const until = endOfTokens(config);
      const ended = [...new Set([...sessions, c.var.caller.session])];
      notify({
        revoked: ended.map((session) => ({ user: me, session, until })),
        closed: [me],
        externals: external === null ? [] : [{ external, user: null }],
      });
      notify({ erase: { user: me, at } });
      return remainsOf({ peers: peers.length, groups: groups.length, ...left });
    });
    audit(c, 'account.deleted', { user: me });
    deleteRefreshCookie(c);
    return c.json({ remains }, 200);
  },
);

/**
 * Locks a user and all related users and groups, in the usual order: users before groups. Returns
 * the related users and groups.
 */
async function lockTies(tx: Database, me: number): Promise<Ties> {
  // Reads the related users and groups before locking the user. After the lock, it would be too
  // late to lock related users in order. If they change between the two reads, this attempt fails
  // and a retry succeeds.
  const ties = await readTies(tx, me);
  await bumpPermits(tx, [me, ...ties.friends, ...ties.groups]);
  if (!(await lockUsers(tx, [me]))) throw new Refusal('unauthenticated');
  const now = await readTies(tx, me);
  const come = (before: number[], after: number[]) => after.some((id) => !before.includes(id));
  if (come(ties.friends, now.friends) || come(ties.groups, now.groups)) {
    throw new Refusal('unavailable', 'Your friends or groups changed during the deletion. Try again.', {
      retryAfter: 1,
    });
  }
  return now;
}

function notifyOf(
  notify: Notify,
  me: number,
  { friends, asked, peers }: { friends: number[]; asked: number[]; peers: number[] },
): void {
  const all = [...new Set([...friends, ...asked, ...peers])];
  notify({
    copies: [me, ...friends],
    hidden: [me],
    forget: [me, ...all],
    events: [
      { users: [...new Set([...friends, ...asked])], event: { kind: 'friend', user: me, change: 'removed' } },
      { users: all, event: { kind: 'profile', user: me } },
    ],
  });
}

type Remains = z.infer<typeof remainsSchema>['remains'];

function remainsOf(counts: { peers: number; groups: number; media: number; blocks: number; reports: number }): Remains {
  const all: Remains = [
    { where: 'users', what: 'Your id, without anything of you, so that it is never given to somebody else', count: 1 },
    { where: 'peers', what: 'Chats: the copies of those you wrote with', count: counts.peers },
    { where: 'groups', what: 'Groups you are in: what you wrote there', count: counts.groups },
    { where: 'media', what: 'Files that others were sent, as long as they have the message', count: counts.media },
    { where: 'blocks', what: 'Others who block your id', count: counts.blocks },
    { where: 'reports', what: 'Reports of others about you or your messages', count: counts.reports },
  ];
  return all.filter(({ count }) => count > 0);
}
