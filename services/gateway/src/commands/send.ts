import { type FrameOf, limits } from '@parley/protocol';
import { accept, type Standing, takeTokens } from '@parley/redis';
import type { Gateway } from '../start-gateway.ts';
import { readMembership } from '../users/permits.ts';
import type { Caller } from './frame-sender.ts';
import { Refusal, whyNot } from './refusal.ts';

/** Accepts a message. The reply says that it is on disk and in every participant's inbox. */
export async function send(gateway: Gateway, caller: Caller, frame: Send): Promise<string> {
  if (caller.inFlight >= limits.inFlight) {
    throw new Refusal('too-many', `At most ${limits.inFlight} sends may be unacknowledged`, 1000);
  }
  caller.inFlight += 1;
  try {
    const members = await admit(gateway, caller, frame.to);
    return await pass(gateway, caller, frame, members);
  } finally {
    caller.inFlight -= 1;
  }
}

/**
 * Resolves when the user may write to the receiver, and has a token of their rate: both at hand for most sends to users. Answers the
 * members if it is a group. Throws a refusal.
 */
function admit(gateway: Gateway, caller: Caller, to: number): Admitted | Promise<Admitted> {
  const { user } = caller;
  const standing = user.permits?.get(to);
  if (caller.ahead || user.sends === 0 || standing === undefined || standing === 'member') {
    return inTurn(caller, () => ask(gateway, caller, to));
  }
  user.sends -= 1;
  return permitted(gateway, standing);
}

async function ask(gateway: Gateway, { user }: Caller, to: number): Promise<Admitted> {
  const { link, config } = gateway;
  if (user.sends === 0) {
    const rate = { perSecond: config.sendRate, burst: config.sendBurst };
    const { granted, after } = await takeTokens(link, 'send', user.id, rate, Math.min(user.lease, config.sendBurst));
    if (granted === 0) throw new Refusal('too-many', 'Too many messages; try again later', after);
    user.sends += granted;
  }
  user.sends -= 1;
  return permitted(gateway, await readMembership(link, user, to));
}

function permitted(gateway: Gateway, found: Standing | number[]): Admitted {
  if (typeof found !== 'string') return found;
  const code = whyNot(found, gateway.config.sendPolicy);
  if (code) throw new Refusal(code);
  return undefined;
}

/** Sends of one connection keep their order although one of them has to ask. */
function inTurn<T>(caller: Caller, work: () => Promise<T>): Promise<T> {
  const mine = caller.ahead ? caller.ahead.then(work) : work();
  const ahead = mine.then(
    () => {},
    () => {},
  );
  caller.ahead = ahead;
  ahead.then(() => {
    if (caller.ahead === ahead) caller.ahead = undefined;
  });
  return mine;
}

async function pass(
  gateway: Gateway,
  { user, id: connection }: Caller,
  frame: Send,
  members: Admitted,
): Promise<string> {
  const { link, config, counters } = gateway;
  let extra = '';
  if (frame.replyTo !== undefined) extra += `,"replyTo":${frame.replyTo}`;
  if (frame.mentions !== undefined) extra += `,"mentions":${JSON.stringify(frame.mentions)}`;
  const start = gateway.traces?.now() ?? 0;
  const accepted = await accept(link, {
    from: user.id,
    to: frame.to,
    ref: frame.ref,
    body: JSON.stringify(frame.body),
    extra,
    record: config.history === 'mirror',
    ...(members && { members }),
  });
  if (accepted.duplicate) counters.duplicates += 1;
  else counters.accepted += 1;
  const { id, conversation, date, online, duplicate } = accepted;
  if (gateway.traces?.samples(id) && !duplicate) {
    const attributes = { 'parley.user': user.id, 'parley.connection': connection, 'parley.online': online };
    gateway.traces.add({ name: 'send', message: { id, conversation }, start, end: gateway.traces.now(), attributes });
  }
  const head = `{"type":"ack","ref":${JSON.stringify(frame.ref)},"id":${id},"conversation":"${conversation}"`;
  return `${head},"date":${date},"online":${online},"duplicate":${duplicate}}`;
}

type Send = FrameOf<'send'>;

/** The members of the group that is written to; undefined for a user. */
type Admitted = number[] | undefined;
