import { z } from '@hono/zod-openapi';
import type { Database } from '@parley/database';
import { id, reportReasonSchema } from '@parley/protocol';
import { audit } from '../../accounts/audit.ts';
import type { AppContext } from '../../app-context.ts';
import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { line } from '../../http/fields.ts';
import { limitRate } from '../../http/limit-rate.ts';
import { callerOperation, jsonBody, jsonResponse } from '../../http/operation.ts';
import { fieldRefusal, Refusal } from '../../http/refusal.ts';
import { reportSchema } from '../../http/schemas.ts';
import { getRole } from '../../queries/group-members.ts';
import { toMessage } from '../../queries/message-row.ts';
import { readMessages } from '../../queries/messages.ts';
import { insertReport, type ServerReport, toReport } from '../../queries/reports.ts';
import { getUser } from '../../queries/users.ts';
import { findChat } from '../chats/find-chat.ts';

const reason = {
  reason: reportReasonSchema,
  text: line(1000, 0).default('').openapi({ description: 'What the reporter adds' }),
};
const schema = z.union([
  z.strictObject({ user: id, ...reason }),
  z.strictObject({ group: id, ...reason }),
  z.strictObject({ chat: id, message: id, ...reason }),
]);

/** Creates a report about a user, a group of the caller, or a message that the caller can read. */
export const create = callerOperation(
  {
    method: 'post',
    operationId: 'createReport',
    path: '/v1/reports',
    tags: ['Reports'],
    summary: 'Report a person, a group or a message',
    description:
      'Name `user`, `group`, or `chat` and `message`. A report keeps a copy of the message. A message of the last seconds ' +
      'may not be found yet. One person has one open report of the same target.',
    request: { body: jsonBody(schema) },
    responses: { 201: jsonResponse(reportSchema, 'The report') },
    refuses: ['not-found', 'history-disabled', 'conflict', 'too-many'],
  },
  async (c) => {
    const { context } = c.var;
    const { user: me } = c.var.caller;
    const given = c.req.valid('json');
    await limitRate(context, 'report', me, context.config.perMinute.reports);
    const target = await findTarget(context, me, given);
    const { reason, text } = given;
    const report = await commitAndNotify(context, async (tx, notify) => {
      const report = await insertReport(tx, { reporter: me, reason, text, ...target });
      if (report === undefined) throw new Refusal('conflict', 'You have reported this already.');
      notify({ report: webhookData(report) });
      return report;
    });
    audit(c, 'report.created', { report: report.id, user: report.user, group: report.group });
    return c.json(toReport(report), 201);
  },
);

async function findTarget({ db, config }: AppContext, me: number, given: z.infer<typeof schema>) {
  if ('user' in given) return await userTarget(db, me, given.user);
  if ('group' in given) {
    const { group } = given;
    if ((await getRole(db, group, me)) === undefined)
      throw new Refusal('not-found', 'You are in no group with this id.');
    return { kind: 'group' as const, target: group, user: null, group, message: null };
  }
  if (config.history === 'relay') throw new Refusal('history-disabled');
  const key = await findChat(db, me, given.chat);
  const [row] = await readMessages(db, key, { below: given.message + 1, limit: 1 });
  if (row?.id !== given.message) throw new Refusal('not-found', 'The chat has no message with this id.');
  if (row.sender === me) throw fieldRefusal('conflict', 'message', 'You cannot report your own message.');
  if (row.body?.type === 'notice') throw fieldRefusal('conflict', 'message', 'This reports a change of the group.');
  const group = key.group ? key.peer : null;
  return { kind: 'message' as const, target: key.peer, user: row.sender, group, message: toMessage(key, row) };
}

async function userTarget(db: Database, me: number, user: number) {
  if (user === me) throw fieldRefusal('conflict', 'user', 'You cannot report yourself.');
  if ((await getUser(db, user)) === undefined) throw new Refusal('not-found', 'This user does not exist.');
  return { kind: 'user' as const, target: user, user, group: null, message: null };
}

/**
 * Returns the data that a webhook receives about a report. It contains no text of the message or
 * the report.
 */
function webhookData({ id, kind, reporter, user, group, message, reason }: ServerReport) {
  return { id, kind, reporter, user, group, message: message?.id ?? null, reason };
}
