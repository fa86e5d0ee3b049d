import { type FrameOf, limits } from '@parley/protocol';
import { type Accepted, accept, type Standing, takeTokens } from '@parley/redis';
import { readMembership } from '../users/permits.ts';
import type { CommandDeps } from './command.ts';
import type { FrameSender } from './frame-sender.ts';
import { Refusal, sendRefusal } from './refusal.ts';

/**
 * Sends that a gateway takes from the shared rate limit at a time, so that most messages need no
 * request for one.
 */
const LEASE = 10;

/**
 * Accepts a message. The reply is sent when the message is on disk and in the inboxes of all
 * participants.
 */
export async function send(deps: CommandDeps, sender: FrameSender, frame: Send): Promise<string> {
  if (!sender.sends.begin())
    throw new Refusal('too-many', `At most ${limits.inFlight} messages may be unacknowledged`, 1000);
  try {
    const members = await admit(deps, sender, frame.to);
    return await acceptMessage(deps, sender, frame, members);
  } finally {
    sender.sends.end();
  }
}

/**
 * Resolves when the user may write to the receiver and is within the rate limit. Both are in memory
 * for most messages. Resolves with the members of a group. Throws a refusal.
 */
function admit(deps: CommandDeps, sender: FrameSender, to: number): Members | Promise<Members> {
  const { user, sends } = sender;
  const standing = user.permit(to);
  const known = standing !== undefined && standing !== 'member';
  if (sends.waiting || !known || !user.budget.takeSend()) return sends.inTurn(() => request(deps, sender, to));
  return checkStanding(deps, standing);
}

async function request(deps: CommandDeps, { user, connection }: FrameSender, to: number): Promise<Members> {
  const { redis, config } = deps;
  if (!user.budget.takeSend()) {
    const rate = { perSecond: config.sendRate, burst: config.sendBurst };
    const lease = connection ? Math.min(LEASE, config.sendBurst) : 1;
    const { granted, after } = await takeTokens(redis, 'send', user.id, rate, lease);
    if (granted === 0) throw new Refusal('too-many', 'You send too many messages. Try again later', after);
    user.budget.grantSends(granted - 1);
  }
  return checkStanding(deps, await readMembership(redis, user, to));
}

function checkStanding({ config }: CommandDeps, found: Standing | number[]): Members {
  if (typeof found !== 'string') return found;
  const code = sendRefusal(found, config.sendPolicy);
  if (code) throw new Refusal(code);
  return undefined;
}

async function acceptMessage(deps: CommandDeps, sender: FrameSender, frame: Send, members: Members): Promise<string> {
  const { redis, config, counters, traces } = deps;
  let extra = '';
  if (frame.replyTo !== undefined) extra += `,"replyTo":${frame.replyTo}`;
  if (frame.mentions !== undefined) extra += `,"mentions":${JSON.stringify(frame.mentions)}`;
  const start = traces?.now() ?? 0;
  const accepted = await accept(redis, {
    from: sender.user.id,
    to: frame.to,
    ref: frame.ref,
    body: JSON.stringify(frame.body),
    extra,
    record: config.history === 'mirror',
    ...(members && { members }),
  });
  if (accepted.duplicate) counters.duplicates += 1;
  else {
    counters.accepted += 1;
    if (traces) traceSend(traces, sender, accepted, start);
  }
  const { id, conversation, date, online, duplicate } = accepted;
  const head = `{"type":"ack","ref":${JSON.stringify(frame.ref)},"id":${id},"conversation":"${conversation}"`;
  return `${head},"date":${date},"online":${online},"duplicate":${duplicate}}`;
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
