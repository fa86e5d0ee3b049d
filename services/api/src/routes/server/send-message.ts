import { z } from '@hono/zod-openapi';
import { bodySchema, customSchema, id, limits, SYSTEM_USER, text } from '@parley/protocol';
import { hasOldRecorder } from '@parley/redis';
import { audit } from '../../accounts/audit.ts';
import type { AppContext } from '../../app-context.ts';
import { checkCustom } from '../../http/check-custom.ts';
import { jsonBody, jsonResponse, serverOperation } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';
import { locationHeader } from '../../http/response-headers.ts';
import { insertJob } from '../../queries/jobs.ts';
import { findActive } from '../../queries/server-users.ts';
import { send } from '../../sending/send.ts';
import { findReceivers } from './find-receivers.ts';
import { requireGroup } from './groups/require-group.ts';
import { requireUser, show, userRef } from './refs.ts';
import { acceptedSchema, jobSchema, receiverField } from './schemas.ts';

const schema = z.strictObject({
  from: z.union([z.literal('system'), userRef]).openapi({ description: '`system`, or a user' }),
  to: z.union([receiverField, z.array(receiverField).min(1)]).openapi({
    description:
      'A user by external id; a user or group by its id here; a group by `{group: its external id}`. ' +
      'Or a list of at most `MAX_JOB_RECEIVERS` of them, who get the message by a job',
  }),
  ref: text(limits.ref).openapi({
    description: 'Unique for each message of a sender: sent again, it is the same message',
  }),
  body: bodySchema,
  replyTo: id.optional(),
  mentions: z.array(id).max(limits.mentions).optional(),
  custom: customSchema.optional(),
  silent: z.literal(true).optional().openapi({ description: 'No push notification' }),
});

/**
 * Sends a message as a user, who must be allowed to write to the receiver, or as the system, which
 * can write to everybody. If there are many receivers, a job sends the message.
 */
export const sendMessage = serverOperation(
  {
    method: 'post',
    operationId: 'sendServerMessage',
    path: '/v1/server/messages',
    tags: ['Server'],
    summary: 'Send a message as a user or as the system',
    request: { body: jsonBody(schema) },
    responses: {
      200: jsonResponse(acceptedSchema, 'The message was sent before, with this ref'),
      201: jsonResponse(acceptedSchema, 'The message is sent'),
      202: {
        ...jsonResponse(jobSchema, 'The job that sends the message to each receiver of a list'),
        headers: locationHeader,
      },
    },
    refuses: ['not-found', 'not-friends', 'blocked', 'not-member', 'muted', 'slow-mode', 'refused'],
  },
  async (c) => {
    const { context } = c.var;
    const { from: sender, to, ref, ...content } = c.req.valid('json');
    checkCustom(context.config, content.custom);
    if (content.body.type === 'custom') checkCustom(context.config, content.body.data, 'body.data');
    if (content.custom && (await hasOldRecorder(context.redis)))
      throw new Refusal('unavailable', 'The service is being updated. Try again later.', { retryAfter: 5 });
    const from = sender === 'system' ? SYSTEM_USER : await findActive(context.db, sender);
    if (from === undefined) throw new Refusal('not-found', `There is no active user ${show(sender)}.`);
    if (Array.isArray(to)) {
      const { perKey, receivers: most } = context.config.jobs;
      if (to.length > most) throw new Refusal('too-large', `A job may have at most ${most} receivers.`);
      const job = await insertJob(
        context.db,
        { key: c.var.key, from, ref, content, ...(await findReceivers(context.db, to)) },
        perKey,
      );
      if (job === undefined)
        throw new Refusal('too-many', `This API key has ${perKey} unfinished jobs.`, { retryAfter: 10 });
      context.jobs.wake();
      audit(c, 'job.created', { job: job.id, user: from, total: job.total });
      return c.json(job, 202, { location: `/v1/server/jobs/${job.id}` });
    }
    const accepted = await send(context, { from, to: await receiverOf(context, to), ref, ...content });
    const { id, conversation, date, online, duplicate } = accepted;
    return c.json({ id, conversation, date, online, duplicate }, duplicate ? 200 : 201);
  },
);

async function receiverOf({ db }: AppContext, to: z.infer<typeof receiverField>): Promise<number> {
  // Returns a number unchanged. Whether it is the id of a user or a group is looked up in Redis
  // when the message is sent.
  if (typeof to === 'number') return to;
  if (typeof to === 'string') return await requireUser(db, to);
  return await requireGroup(db, to.group);
}
