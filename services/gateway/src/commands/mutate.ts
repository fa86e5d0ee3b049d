import { type FrameOf, groupConversation, userConversation } from '@parley/protocol';
import {
  endStream,
  findMessage,
  type MessageFacts,
  MessageRecalled,
  mutate as mutateInRedis,
  PermitChanged,
  readFacts,
  type Standing,
  sendRequest,
} from '@parley/redis';
import type { LocalUser, Permit } from '../users/local-user.ts';
import { readOrRequest } from '../users/permits.ts';
import type { CommandDeps } from './command.ts';
import { eventBytes } from './event-size.ts';
import type { FrameSender } from './frame-sender.ts';
import { Refusal, refuseMuted, sendRefusal } from './refusal.ts';

/**
 * Number of copies that a change of a message between two users creates: one in each user's inbox
 * and one in the stream for the recorder.
 */
const COPIES = 3;

/**
 * Writes a change of a message (recall, edit, reaction or pin) to the inboxes of all participants
 * and to the stream for the recorder. Throws a `Refusal` if the user is not allowed to make the
 * change.
 */
export async function mutate(
  deps: CommandDeps,
  { user }: FrameSender,
  chat: number,
  mutation: Mutation,
): Promise<void> {
  const admission = await admit(deps, user, chat, mutation);
  const copies = Array.isArray(admission) ? admission.length + 1 : COPIES;
  await deps.rates.chargeBytes(user, eventBytes(JSON.stringify(mutation)) * copies);
  try {
    await writeMutation(deps, user, chat, mutation, admission);
  } catch (error) {
    if (!(error instanceof PermitChanged)) throw toRefusal(error);
    // The permission to write has changed, but this gateway has not received the change yet.
    user.forgetPermit(chat);
    const again = await admit(deps, user, chat, mutation);
    await writeMutation(deps, user, chat, mutation, again).catch((failure) => {
      throw toRefusal(failure);
    });
  }
}

/** Converts the error of a change whose message was recalled before the change was written. */
function toRefusal(error: unknown): unknown {
  return error instanceof MessageRecalled ? recalledRefusal() : error;
}

/** Returns the refusal for a change of a recalled message. */
export function recalledRefusal(): Refusal {
  return new Refusal('conflict', 'The message has been recalled.');
}

/**
 * Returns the members of a group, or the user's permission to write to another user. Throws a
 * `Refusal` if the user is not allowed to write.
 */
async function admit(
  { permits, config }: CommandDeps,
  user: LocalUser,
  chat: number,
  mutation: Mutation,
): Promise<number[] | Permit> {
  // Muted members can recall messages.
  const found = await permits.admission(user, chat, { evenMuted: mutation.kind === 'recall' });
  if ('standing' in found) {
    refuse(found.standing, mutation, config.sendPolicy);
    refuseMuted(found);
  }
  return found;
}

async function writeMutation(
  { redis, config }: CommandDeps,
  user: LocalUser,
  chat: number,
  mutation: Mutation,
  admission: number[] | Permit,
): Promise<void> {
  const group = Array.isArray(admission);
  const users = group ? admission : [...new Set([user.id, chat])];
  const permit = group ? 'member' : admission.fence;
  if (mutation.kind === 'edit') {
    // If the message is still being streamed, the edit ends the stream and becomes its final
    // content.
    const conversation = group ? groupConversation(chat) : userConversation(user.id, chat);
    const { id, body, custom = null } = mutation;
    if (await endStream(redis, conversation, id, { body, custom, permit, participants: users })) return;
  }
  await mutateInRedis(redis, {
    permit,
    record: { user: user.id, chat, ...(group && { group }), date: Date.now(), ...mutation },
    recorded: config.history === 'mirror',
    recall: mutation.kind === 'recall' ? mutation.id : undefined,
    // Without a history, pins are not stored and need no limit.
    maxPins: config.history === 'mirror' ? config.maxPins : undefined,
    entries: users.map((each) => {
      const named = group || each === user.id ? chat : user.id;
      return { user: each, event: JSON.stringify({ ...mutation, chat: named, user: user.id }) };
    }),
  });
}

/**
 * Reads a message that the sender of the frame wrote. Throws a `Refusal` if another user wrote the
 * message.
 */
export async function readOwnMessage(
  deps: CommandDeps,
  sender: FrameSender,
  chat: number,
  id: number,
): Promise<MessageFacts> {
  const facts = await readMessage(deps, sender, chat, id);
  if (facts.from !== sender.user.id) throw new Refusal('forbidden', 'The message belongs to another user.');
  return facts;
}

/**
 * Throws a `Refusal` unless the sender is the owner or an admin of the group that a message belongs
 * to.
 *
 * @param detail the reason of the refusal, as a sentence for the user
 */
export async function requireModerator(
  deps: CommandDeps,
  { user }: FrameSender,
  chat: number,
  id: number,
  detail = 'The message belongs to another user.',
): Promise<void> {
  const group = (await deps.permits.standing(user, chat)) === 'member';
  const recorded = group && deps.config.history === 'mirror';
  const facts = recorded ? await requestFacts(deps, user, chat, id, group) : undefined;
  if (!facts?.moderates) throw new Refusal('forbidden', detail);
}

/**
 * Reads the message that a frame changes, and charges the change to the sender. Reads it from the
 * sender's inbox, otherwise requests it from the recorder. Throws a `Refusal` if the message does
 * not exist or is a notice (a system message of a group).
 */
export async function readMessage(
  deps: CommandDeps,
  { user }: FrameSender,
  chat: number,
  id: number,
): Promise<MessageFacts> {
  const { redis, config, permits, rates } = deps;
  await rates.charge(user, 'mutation');
  const event = await findMessage(redis, user.id, chat, id);
  if (event !== undefined && event !== 'recalled') {
    if (event.body.type === 'notice') throw noticeRefusal();
    return { from: event.from, recalled: false };
  }
  if (config.history === 'relay') throw new Refusal('not-found', 'The chat has no message with this id.');
  const group = (await permits.standing(user, chat)) === 'member';
  const facts = await requestFacts(deps, user, chat, id, group);
  // A notice (a system message of a group) has the group as its sender.
  if (group && facts.from === chat) throw noticeRefusal();
  return { from: facts.from, recalled: facts.recalled || event === 'recalled' };
}

function noticeRefusal(): Refusal {
  return new Refusal('forbidden', 'This line reports a change of the group. You can only delete it for yourself.');
}

/**
 * Returns what the recorder knows about a message. Throws a `Refusal` if the message does not
 * exist.
 */
export async function requestFacts(
  { redis, rates }: CommandDeps,
  user: LocalUser,
  chat: number,
  id: number,
  group: boolean,
): Promise<MessageFacts> {
  const facts = await readOrRequest(
    () => readFacts(redis, user.id, chat, id),
    async () => {
      await rates.charge(user, 'lookup');
      await sendRequest(redis, { kind: 'facts', user: user.id, chat, id, ...(group && { group }) });
    },
  );
  if (!facts) throw new Refusal('unavailable');
  if (facts.from === null) throw new Refusal('not-found', 'The chat has no message with this id.');
  return facts;
}

/**
 * Throws a `Refusal` if the user is not allowed to make this change in the chat. A user can recall
 * messages even after a friendship has ended.
 */
function refuse(standing: Standing, mutation: Mutation, policy: 'friends' | 'anyone'): void {
  const code = sendRefusal(standing, policy);
  const known = standing === 'stranger' || standing === 'blocked';
  if (code !== undefined && !(mutation.kind === 'recall' && known)) throw new Refusal(code);
}

type Mutation =
  | { kind: 'recall'; id: number; moderated?: true }
  | ({ kind: 'edit'; id: number } & Pick<FrameOf<'edit'>, 'body' | 'custom'>)
  | { kind: 'react'; id: number; emoji: string; active: boolean }
  | { kind: 'pin'; id: number; active: boolean; date: number };
