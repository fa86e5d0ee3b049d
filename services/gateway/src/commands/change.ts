import { type FrameOf, messageDate } from '@parley/protocol';
import { findMessage, type MessageFacts, mutate, readFacts, type Standing, sendRequest } from '@parley/redis';
import type { Gateway } from '../start-gateway.ts';
import { askUntil, readMembership, readStanding } from '../users/permits.ts';
import type { Caller } from './frame-sender.ts';
import { Refusal, whyNot } from './refusal.ts';

/** Takes back an own message, for all who had it or are still to get it. */
export async function recall(gateway: Gateway, caller: Caller, frame: FrameOf<'recall'>): Promise<undefined> {
  const { chat, id } = frame;
  const facts = await readOwn(gateway, caller, chat, id);
  if (Date.now() - messageDate(id) > gateway.config.recallWindow) throw new Refusal('recall-too-late');
  if (facts.recalled) return;
  await tell(gateway, caller, chat, { kind: 'recall', id });
}

/** Changes what an own message says. */
export async function edit(gateway: Gateway, caller: Caller, frame: FrameOf<'edit'>): Promise<undefined> {
  const { chat, id, body } = frame;
  const facts = await readOwn(gateway, caller, chat, id);
  if (facts.recalled) throw new Refusal('conflict', 'The message was taken back');
  await tell(gateway, caller, chat, { kind: 'edit', id, body });
}

/** Adds a reaction to a message, or takes it off again. */
export async function react(gateway: Gateway, caller: Caller, frame: FrameOf<'react'>): Promise<undefined> {
  const { chat, id, emoji, active } = frame;
  const facts = await read(gateway, caller, chat, id);
  if (facts.recalled) throw new Refusal('conflict', 'The message was taken back');
  await tell(gateway, caller, chat, { kind: 'react', id, emoji, active });
}

async function readOwn(gateway: Gateway, caller: Caller, chat: number, id: number): Promise<MessageFacts> {
  const facts = await read(gateway, caller, chat, id);
  if (facts.from !== caller.user.id) throw new Refusal('forbidden', 'The message is somebody else’s');
  return facts;
}

/** What is known of a message in one of the caller's chats: from the inbox, or from the recorder if it is older. */
async function read(gateway: Gateway, { user }: Caller, chat: number, id: number): Promise<MessageFacts> {
  const { link, config } = gateway;
  const event = await findMessage(link, user.id, chat, id);
  if (event !== undefined && event !== 'recalled') return { from: event.from, recalled: false };
  if (config.history === 'relay') throw new Refusal('not-found', 'The chat has no such message');
  const group = (await readStanding(link, user, chat)) === 'member';
  const facts = await askUntil(
    () => readFacts(link, user.id, chat, id),
    () => sendRequest(link, { kind: 'facts', user: user.id, chat, id, ...(group && { group }) }),
  );
  if (!facts) throw new Refusal('unavailable');
  if (facts.from === null) throw new Refusal('not-found', 'The chat has no such message');
  return { from: facts.from, recalled: facts.recalled || event === 'recalled' };
}

/** Records the change and tells all participants. */
async function tell(gateway: Gateway, { user }: Caller, chat: number, change: Change): Promise<undefined> {
  const { link, config } = gateway;
  const found = await readMembership(link, user, chat);
  const group = typeof found !== 'string';
  if (!group) refuse(found, change, config.sendPolicy);
  const users = group ? found : [...new Set([user.id, chat])];
  await mutate(link, {
    record: { user: user.id, chat, ...(group && { group }), date: Date.now(), ...change },
    recorded: config.history === 'mirror',
    recall: change.kind === 'recall' ? change.id : undefined,
    entries: users.map((each) => {
      const named = group || each === user.id ? chat : user.id;
      return { user: each, event: JSON.stringify({ ...change, chat: named, user: user.id }) };
    }),
  });
}

/** Throws a refusal where the change would be one. Taking back is always possible, also after the friendship ended. */
function refuse(standing: Standing, change: Change, policy: 'friends' | 'anyone'): void {
  const code = whyNot(standing, policy);
  const known = standing === 'stranger' || standing === 'blocked';
  if (code !== undefined && !(change.kind === 'recall' && known)) throw new Refusal(code);
}

type Change =
  | { kind: 'recall'; id: number }
  | { kind: 'edit'; id: number; body: FrameOf<'edit'>['body'] }
  | { kind: 'react'; id: number; emoji: string; active: boolean };
