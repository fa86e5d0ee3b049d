import { type FrameOf, limits } from '@parley/protocol';
import { type Accepted, accept, type MessageContent, messageContent, type Standing } from '@parley/redis';
import { sendAckFrame } from '../frames.ts';
import type { LocalUser } from '../users/local-user.ts';
import { checkCustom } from './check-custom.ts';
import type { CommandDeps } from './command.ts';
import { eventBytes } from './event-size.ts';
import type { FrameSender } from './frame-sender.ts';
import { Refusal, sendRefusal } from './refusal.ts';

/** Copies of a message to a user: in both inboxes and in the record stream. */
const COPIES = 3;

/**
 * Accepts a message. The reply is sent when the message is on disk and in the inboxes of all
 * participants.
 */
export async function send(deps: CommandDeps, sender: FrameSender, frame: Send): Promise<string> {
  checkCustom(deps, frame);
  if (!sender.sends.begin())
    throw new Refusal('too-many', `At most ${limits.inFlight} messages may be unacknowledged.`, 1000);
  try {
    const content = messageContent(frame);
    const members = await admit(deps, sender, frame.to, eventBytes(content.body + content.extra));
    return await acceptMessage(deps, sender, frame, content, members);
  } finally {
    sender.sends.end();
  }
}

/**
 * Resolves when the user may write to the receiver and is within the rate limits. Both are in
 * memory for most messages. Resolves with the members of a group. Throws a refusal.
 *
 * @param bytes size of one copy of the message
 */
function admit(deps: CommandDeps, sender: FrameSender, to: number, bytes: number): Members | Promise<Members> {
  const { user, sends } = sender;
  const standing = user.permit(to);
  const known = standing !== undefined && standing !== 'member';
  if (!sends.waiting && known && deps.rates.tryCharge(user, 'send', COPIES * bytes))
    return checkStanding(deps, standing);
  return sends.inTurn(() => chargeAndRead(deps, user, to, bytes));
}

async function chargeAndRead(deps: CommandDeps, user: LocalUser, to: number, bytes: number): Promise<Members> {
  const { permits, rates } = deps;
  await rates.charge(user, 'send');
  const members = checkStanding(deps, await permits.membership(user, to));
  await rates.chargeBytes(user, bytes * (members ? members.length + 1 : COPIES));
  return members;
}

function checkStanding({ config }: CommandDeps, found: Standing | number[]): Members {
  if (typeof found !== 'string') return found;
  const code = sendRefusal(found, config.sendPolicy);
  if (code) throw new Refusal(code);
  return undefined;
}

async function acceptMessage(
  deps: CommandDeps,
  sender: FrameSender,
  frame: Send,
  content: MessageContent,
  members: Members,
): Promise<string> {
  const { redis, config, counters, traces } = deps;
  const start = traces?.now() ?? 0;
  const accepted = await accept(redis, {
    from: sender.user.id,
    to: frame.to,
    ref: frame.ref,
    ...content,
    record: config.history === 'mirror',
    ...(members && { members }),
  });
  if (accepted.duplicate) counters.duplicates += 1;
  else {
    counters.accepted += 1;
    if (traces) traceSend(traces, sender, accepted, start);
  }
  return sendAckFrame(frame.ref, accepted);
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

/** The members of the group that is written to. Undefined for a user. */
type Members = number[] | undefined;
