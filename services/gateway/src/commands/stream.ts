import { type FrameOf, groupConversation, userConversation } from '@parley/protocol';
import { endStream, PermitChanged, readLaterMembers, readStream, releaseSlot, takeSlot } from '@parley/redis';
import { streamFrame } from '../frames.ts';
import { admitWriter } from './admit-writer.ts';
import { checkCustom } from './check-custom.ts';
import type { CommandDeps } from './command.ts';
import { eventBytes } from './event-size.ts';
import type { FrameSender } from './frame-sender.ts';
import { Refusal, sendRefusal } from './refusal.ts';
import { sendMessage } from './send.ts';

/** Starts, extends, reads or ends a streamed message, whose text grows. */
export async function stream(deps: CommandDeps, sender: FrameSender, frame: StreamFrame): Promise<string | undefined> {
  if (frame.op === 'start') return await start(deps, sender, frame);
  if (frame.op === 'append') return await deps.streams.append(sender, frame);
  // Writes the chunks that the sender has appended before, so that the frame sees them.
  await deps.streams.flush(sender.user, frame);
  return frame.op === 'read' ? await read(deps, sender, frame) : await end(deps, sender, frame);
}

async function start(deps: CommandDeps, sender: FrameSender, frame: Operation<'start'>): Promise<string> {
  const { redis, config } = deps;
  const { user } = sender;
  const { type: _, op: __, text = '', ...rest } = frame;
  const { custom, silent } = frame;
  const slot = `${frame.to}:${frame.ref}`;
  if (!(await takeSlot(redis, user.id, slot, { time: config.streamTime, max: config.maxStreams })))
    throw new Refusal('too-many', `At most ${config.maxStreams} of your messages may be streamed at a time.`, 1000);
  let opened = false;
  try {
    const reply = await sendMessage(
      deps,
      sender,
      { type: 'send', ...rest, body: { type: 'text', text } },
      {
        text: JSON.stringify(text),
        idle: config.streamIdle,
        time: config.streamTime,
        facts: {
          chars: [...text].length,
          record: config.history === 'mirror' ? 1 : 0,
          slot,
          ...(custom && { custom: JSON.stringify(custom) }),
          ...(silent && { silent: 1 }),
          ...(deps.hookGate?.coversEnds && { asked: 1 }),
        },
      },
    );
    const { duplicate, conversation, id } = JSON.parse(reply) as Acceptance;
    opened = !duplicate || (await readStream(redis, conversation, id)) !== undefined;
    return reply;
  } finally {
    if (!opened) releaseSlot(redis, user.id, slot);
  }
}

async function read(deps: CommandDeps, { user }: FrameSender, frame: Operation<'read'>): Promise<string> {
  const { chat, id, ref } = frame;
  const found = await deps.permits.membership(user, chat);
  if (found === 'not-member' || found === 'nobody' || found === 'unknown')
    throw new Refusal(sendRefusal(found, deps.config.sendPolicy) ?? 'not-found');
  const group = Array.isArray(found);
  const conversation = group ? groupConversation(chat) : userConversation(user.id, chat);
  const stream = await readStream(deps.redis, conversation, id);
  const hidden = stream && group && (await readLaterMembers(deps.redis, chat, id)).includes(user.id);
  if (hidden && stream.from !== user.id) throw new Refusal('not-found', 'The chat has no message with this id.');
  if (!stream) throw new Refusal('stream-ended');
  const { from, index, text } = stream;
  const reply = streamFrame({ ref, chat, id, user: from, index, text });
  await deps.rates.chargeBytes(user, Buffer.byteLength(reply));
  return reply;
}

async function end(deps: CommandDeps, sender: FrameSender, frame: Operation<'end'>): Promise<undefined> {
  const { redis, rates } = deps;
  const { user } = sender;
  const { chat, id, body, custom } = frame;
  checkCustom(deps, { body: body ?? { type: 'text', text: '' }, custom });
  await rates.charge(user, 'mutation');
  for (let attempt = 1; ; attempt += 1) {
    const { conversation, members, permit } = await admitWriter(deps, user, chat, id);
    const stream = await readStream(redis, conversation, id);
    if (!stream) throw new Refusal('stream-ended');
    if (stream.from !== user.id) throw new Refusal('forbidden', 'The message belongs to another user.');
    const copies = members ? members.length + 1 : COPIES;
    const bytes = eventBytes(JSON.stringify([body ?? stream.text, custom ?? stream.custom]));
    if (attempt === 1) await rates.chargeBytes(user, bytes * copies);
    try {
      if (await endStream(redis, conversation, id, { body, custom, permit, participants: members ?? [] })) return;
      throw new Refusal('stream-ended');
    } catch (error) {
      if (!(error instanceof PermitChanged) || attempt === 2) throw error;
      // The permission to write has changed, but this gateway has not received the change yet.
      user.forgetPermit(chat);
    }
  }
}

/**
 * Number of copies that the final content of a message between two users creates: one in each
 * user's inbox and one in the stream for the recorder.
 */
const COPIES = 3;

interface Acceptance {
  duplicate: boolean;
  conversation: string;
  id: number;
}

type StreamFrame = FrameOf<'stream'>;
type Operation<Op extends StreamFrame['op']> = Extract<StreamFrame, { op: Op }>;
