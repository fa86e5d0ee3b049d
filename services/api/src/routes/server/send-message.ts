import { z } from '@hono/zod-openapi';
import { bodySchema, customSchema, id, limits, SYSTEM_USER, text } from '@parley/protocol';
import {
  type Accepted,
  accept,
  hasOldRecorder,
  messageContent,
  type NewMessage,
  PermitChanged,
  SlowModeError,
  type WrittenContent,
} from '@parley/redis';
import type { AppContext } from '../../app-context.ts';
import { askHooks } from '../../http/ask-hooks.ts';
import { checkCustom } from '../../http/check-custom.ts';
import { jsonBody, jsonResponse, serverOperation } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';
import { findActive } from '../../queries/server-users.ts';
import { requireGroup } from './groups/require-group.ts';
import { type Permit, participantsOf } from './participants.ts';
import { externalIdField, requireUser, show, userRef } from './refs.ts';
import { restoreRef } from './restore-ref.ts';
import { acceptedSchema } from './schemas.ts';

const schema = z.strictObject({
  from: z.union([z.literal('system'), userRef]).openapi({ description: '`system`, or a user' }),
  to: z.union([userRef, z.strictObject({ group: externalIdField })]).openapi({
    description: 'A user by external id; a user or group by its id here; a group by `{group: its external id}`',
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

type Given = z.infer<typeof schema>;

/**
 * Sends a message as a user, who needs a permit, or as the system, which may write to everybody.
 * The message is accepted in the same way as by a gateway: when the api responds, it is recorded
 * and in every inbox.
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
    },
    refuses: ['not-found', 'not-friends', 'blocked', 'not-member', 'muted', 'slow-mode', 'refused'],
  },
  async (c) => {
    const { context } = c.var;
    const given = c.req.valid('json');
    checkCustom(context.config, given.custom);
    if (given.body.type === 'custom') checkCustom(context.config, given.body.data, 'body.data');
    if (given.custom && (await hasOldRecorder(context.redis)))
      throw new Refusal('unavailable', 'The service is being updated.', { retryAfter: 5 });
    const from = given.from === 'system' ? SYSTEM_USER : await findActive(context.db, given.from);
    if (from === undefined) throw new Refusal('not-found', `There is no active user ${show(given.from)}.`);
    const to = await receiverOf(context, given.to);
    const permit = await participantsOf(context, from, to);
    const content = from === SYSTEM_USER ? given : await checkContent(context, from, to, given);
    const start = context.traces?.now() ?? 0;
    const message = {
      from,
      to,
      ref: given.ref,
      ...messageContent(content),
      record: context.config.history === 'mirror',
    };
    await restoreRef(context, message, permit.members !== undefined);
    const accepted = await acceptWithPermit(context, message, permit);
    const { id, conversation, online, duplicate } = accepted;
    if (context.traces?.samples(id) && !duplicate) {
      const attributes = { 'parley.user': from, 'parley.online': online };
      context.traces.add({ name: 'send', message: { id, conversation }, start, end: context.traces.now(), attributes });
    }
    return c.json({ id, conversation, date: accepted.date, online, duplicate }, duplicate ? 200 : 201);
  },
);

/** Calls the hooks for a message of a user. Returns its content with their changes. */
async function checkContent(context: AppContext, from: number, to: number, given: Given): Promise<WrittenContent> {
  const { body, replyTo, mentions, custom, silent, ref } = given;
  const content = { body, replyTo, mentions, custom, silent };
  const changes = await askHooks(context, 'message.send', from, { from, to, ref, ...content });
  return {
    ...content,
    body: changes.body ?? body,
    custom: changes.custom === undefined ? custom : (changes.custom ?? undefined),
  };
}

/**
 * Accepts a message. If the sender's permit has changed, reads it again, and refuses the message or
 * retries.
 */
async function acceptWithPermit(context: AppContext, message: NewMessage, permit: Permit): Promise<Accepted> {
  const attempt = (permit: Permit) => acceptInTime(context, { ...message, ...permit });
  try {
    return await attempt(permit);
  } catch (error) {
    if (!(error instanceof PermitChanged)) throw error;
    return await attempt(await participantsOf(context, message.from, message.to));
  }
}

async function acceptInTime({ redis }: AppContext, message: NewMessage): Promise<Accepted> {
  try {
    return await accept(redis, message);
  } catch (error) {
    if (!(error instanceof SlowModeError)) throw error;
    throw new Refusal('slow-mode', undefined, { retryAfter: Math.ceil(error.retryAfter / 1000) });
  }
}

async function receiverOf({ db }: AppContext, to: Given['to']): Promise<number> {
  // A number may be the id of a user or a group. The permit copy distinguishes them.
  if (typeof to === 'number') return to;
  if (typeof to === 'string') return await requireUser(db, to);
  return await requireGroup(db, to.group);
}
