import { type Body, type Custom, SYSTEM_USER } from '@parley/protocol';
import {
  type Accepted,
  accept,
  messageContent,
  type NewMessage,
  PermitChanged,
  SlowModeError,
  type WrittenContent,
} from '@parley/redis';
import { askHooks } from '../http/ask-hooks.ts';
import { Refusal } from '../http/refusal.ts';
import { type Permit, participantsOf } from './participants.ts';
import { restoreRef } from './restore-ref.ts';
import type { SendDeps } from './send-deps.ts';

/**
 * Sends a message as a user, who must be allowed to write to the receiver, or as the system, which
 * can write to everybody. Accepts the message in the same way as a gateway. When this resolves, the
 * message is in the record stream and in every inbox.
 *
 * @throws Refusal if the sender is not allowed to write, or a hook refuses
 */
export async function send(deps: SendDeps, { from, to, ref, ...given }: Outgoing): Promise<Accepted> {
  const permit = await participantsOf(deps, from, to);
  const content = from === SYSTEM_USER ? given : await checkContent(deps, { from, to, ref, ...given });
  const start = deps.traces?.now() ?? 0;
  const message = { from, to, ref, ...messageContent(content), record: deps.config.history === 'mirror' };
  await restoreRef(deps, message, permit.members !== undefined);
  const accepted = await acceptWithPermit(deps, message, permit);
  const { id, conversation, online, duplicate } = accepted;
  if (deps.traces?.samples(id) && !duplicate) {
    const attributes = { 'parley.user': from, 'parley.online': online };
    deps.traces.add({ name: 'send', message: { id, conversation }, start, end: deps.traces.now(), attributes });
  }
  return accepted;
}

/**
 * Calls the hooks for a user's message. Returns the content of the message with the hooks' changes.
 */
async function checkContent(deps: SendDeps, { from, to, ref, ...content }: Outgoing): Promise<WrittenContent> {
  const { body, custom } = content;
  const changes = await askHooks(deps, 'message.send', from, { from, to, ref, ...content });
  return {
    ...content,
    body: changes.body ?? body,
    custom: changes.custom === undefined ? custom : (changes.custom ?? undefined),
  };
}

/**
 * Accepts a message. If the sender's permit has changed since it was read, reads it again and
 * either refuses the message or retries.
 */
async function acceptWithPermit(deps: SendDeps, message: NewMessage, permit: Permit): Promise<Accepted> {
  const attempt = async ({ hidesPresence, ...checked }: Permit): Promise<Accepted> => {
    const accepted = await acceptInTime(deps, { ...message, ...checked });
    return hidesPresence ? { ...accepted, online: false } : accepted;
  };
  try {
    return await attempt(permit);
  } catch (error) {
    if (!(error instanceof PermitChanged)) throw error;
    return await attempt(await participantsOf(deps, message.from, message.to));
  }
}

async function acceptInTime({ redis }: SendDeps, message: NewMessage): Promise<Accepted> {
  try {
    return await accept(redis, message);
  } catch (error) {
    if (!(error instanceof SlowModeError)) throw error;
    throw new Refusal('slow-mode', undefined, { retryAfter: Math.ceil(error.retryAfter / 1000) });
  }
}

/** A message to send, with its sender and receiver. */
export interface Outgoing extends OutgoingContent {
  from: number;
  /** Id of the user or group that receives the message. */
  to: number;
  ref: string;
}

/** The content of a message to send. */
export interface OutgoingContent {
  body: Body;
  replyTo?: number | undefined;
  mentions?: number[] | undefined;
  custom?: Custom | undefined;
  silent?: true | undefined;
}
