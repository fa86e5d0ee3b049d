import { type FrameOf, limits } from '@parley/protocol';
import {
  type Accepted,
  accept,
  type MessageContent,
  messageContent,
  type NewStream,
  PermitChanged,
} from '@parley/redis';
import { sendAckFrame } from '../frames.ts';
import type { Permit } from '../users/local-user.ts';
import { checkCustom } from './check-custom.ts';
import type { CommandDeps } from './command.ts';
import { eventBytes } from './event-size.ts';
import type { FrameSender } from './frame-sender.ts';
import { Refusal, refuseMuted, sendRefusal } from './refusal.ts';
import { replyToResend } from './resend.ts';
import { restoreRef } from './restore-ref.ts';

/**
 * Number of copies that a message to a user creates: one in each user's inbox and one in the stream
 * for the recorder.
 */
const COPIES = 3;

/**
 * Accepts a message. Resolves with the reply when the message is on disk and in the inboxes of all
 * participants.
 */
export async function send(deps: CommandDeps, sender: FrameSender, frame: Send): Promise<string> {
  return await sendMessage(deps, sender, frame);
}

/** Accepts a message, or the start of a streamed message if `stream` is set. */
export async function sendMessage(
  deps: CommandDeps,
  sender: FrameSender,
  frame: Send,
  stream?: NewStream,
): Promise<string> {
  const received = performance.now();
  checkCustom(deps, frame);
  if (!sender.sends.begin())
    throw new Refusal('too-many', `At most ${limits.inFlight} messages may be unacknowledged.`, 1000);
  let admission: Admission | undefined;
  try {
    const content: MessageContent & { stream?: NewStream } = messageContent(frame);
    if (stream) {
      content.extra += ',"streaming":true';
      content.stream = stream;
    }
    try {
      admission = await admit(deps, sender, frame, eventBytes(content.body + content.extra));
    } catch (error) {
      const resent = await replyToResend(deps, sender, frame, error);
      if (resent === undefined) throw error;
      return resent;
    }
    let reply: string;
    try {
      reply = await acceptMessage(deps, sender, frame, content, admission);
    } catch (error) {
      if (!(error instanceof PermitChanged)) throw error;
      reply = await acceptMessage(deps, sender, frame, content, await admitAgain(deps, sender, frame.to));
    }
    deps.counters.ack.observe((performance.now() - received) / 1000);
    return reply;
  } finally {
    if (admission !== undefined) sender.sends.settle();
    sender.sends.end();
  }
}

/**
 * Resolves when the user is allowed to write to the receiver and stays within the rate limits. For
 * most messages, both checks need no command to Redis. Throws a `Refusal`.
 *
 * @param bytes size of one copy of the message
 */
function admit(deps: CommandDeps, sender: FrameSender, frame: Send, bytes: number): Admission | Promise<Admission> {
  const { user, sends } = sender;
  const { to } = frame;
  const permit = user.permit(to);
  const known = permit !== undefined && permit.standing !== 'member' && sends.hasFence(to, permit.fence);
  if (!sends.waiting && known && !deps.storeGuard.refsLost && deps.rates.tryCharge(user, 'send', COPIES * bytes))
    return admitted(sends, checkStanding(deps, permit));
  return sends.inTurn(() => chargeAndRead(deps, sender, frame, bytes));
}

async function chargeAndRead(
  deps: CommandDeps,
  { user, sends }: FrameSender,
  frame: Send,
  bytes: number,
): Promise<Admission> {
  const { permits, rates, storeGuard } = deps;
  const { to } = frame;
  await rates.charge(user, 'send');
  const admission = checkStanding(deps, await permits.admission(user, to));
  const group = Array.isArray(admission);
  await rates.chargeBytes(user, bytes * (group ? admission.length + 1 : COPIES));
  if (!group) await sends.waitForFence(to, admission.fence);
  if (storeGuard.refsLost) await restoreRef(deps, user, frame, group);
  return admitted(sends, admission);
}

function admitted(sends: FrameSender['sends'], admission: Admission): Admission {
  sends.admit();
  return admission;
}

/**
 * Checks the permission for a message again after `accept` rejected the message because the
 * permission had changed. Waits for earlier messages that are checked again, which keeps their
 * order.
 */
function admitAgain(deps: CommandDeps, { user, sends }: FrameSender, to: number): Promise<Admission> {
  return sends.inTurnOfRetries(async () => {
    user.forgetPermit(to);
    return checkStanding(deps, await deps.permits.admission(user, to));
  });
}

function checkStanding({ config }: CommandDeps, found: Permit | number[]): Admission {
  if (!('standing' in found)) return found;
  const code = sendRefusal(found.standing, config.sendPolicy);
  if (code) throw new Refusal(code);
  refuseMuted(found);
  return found;
}

async function acceptMessage(
  deps: CommandDeps,
  sender: FrameSender,
  frame: Send,
  content: MessageContent & { stream?: NewStream },
  admission: Admission,
): Promise<string> {
  const { redis, config, counters, traces } = deps;
  const start = traces?.now() ?? 0;
  const accepted = await accept(redis, {
    from: sender.user.id,
    to: frame.to,
    ref: frame.ref,
    ...content,
    record: config.history === 'mirror',
    ...(Array.isArray(admission) ? { members: admission, permit: 'member' as const } : { permit: admission.fence }),
  });
  if (accepted.duplicate) counters.duplicates += 1;
  else {
    counters.accepted += 1;
    if (traces) traceSend(traces, sender, accepted, start);
  }
  const hidden = !Array.isArray(admission) && admission.hidesPresence;
  return sendAckFrame(frame.ref, hidden ? { ...accepted, online: false } : accepted);
}

function traceSend(
  traces: NonNullable<CommandDeps['traces']>,
  { id: connection, user }: FrameSender,
  { id, conversation, online }: Accepted,
  start: number,
): void {
  if (!traces.samples(id)) return;
  const attributes = { 'parley.user': user.id, 'parley.connection': connection, 'parley.online': online };
  traces.add({ name: 'send', message: { id, conversation }, start, end: traces.now(), attributes });
}

type Send = FrameOf<'send'>;

/** The members of the group, or the user's permission to write to another user. */
type Admission = number[] | Permit;
