import { appendToStream, endStream } from '@parley/redis';
import type { LocalUser } from '../users/local-user.ts';
import { admitWriter } from './admit-writer.ts';
import type { CommandDeps } from './command.ts';
import { Refusal } from './refusal.ts';
import type { AppendBatch } from './stream-appends.ts';

/** Approximate size of a `stream` frame without its text, in bytes. */
const FRAME_OVERHEAD_BYTES = 100;

/**
 * Appends chunks of text to a streamed message of a user. Throws a `Refusal` if they are rejected.
 * If the stream has reached its maximum time or number of characters, ends it first.
 */
export async function appendTexts(deps: CommandDeps, user: LocalUser, batch: AppendBatch): Promise<void> {
  const { chat, id, texts, index } = batch;
  const bytes = texts.reduce((sum, text) => sum + FRAME_OVERHEAD_BYTES + Buffer.byteLength(text), 0);
  for (let attempt = 1; ; attempt += 1) {
    const { conversation, group, members, permit } = await admitWriter(deps, user, chat, id);
    const receivers = members
      ? members.map((member) => ({ user: member, chat }))
      : [{ user: user.id, chat }, ...(user.id === chat ? [] : [{ user: chat, chat: user.id }])];
    if (attempt === 1) await deps.rates.chargeBytes(user, bytes * receivers.length);
    const outcome = await appendToStream(deps.redis, {
      ...{ conversation, id, user: user.id, group, permit, index, texts, receivers },
      idle: deps.config.streamIdle,
    });
    switch (outcome.is) {
      case 'appended':
        return;
      case 'permit':
        // The permission to write has changed, but this gateway has not received the change yet.
        if (attempt > 1) throw new Refusal('unavailable');
        user.forgetPermit(chat);
        break;
      case 'ended':
        throw new Refusal('stream-ended');
      case 'expired':
        await endStream(deps.redis, conversation, id, { participants: members ?? [] });
        throw new Refusal('stream-ended', 'The message has reached its maximum time or length.');
      case 'forbidden':
        throw new Refusal('forbidden', 'The message belongs to another user.');
      case 'index':
        throw new Refusal(
          'conflict',
          `Append ${outcome.last + 1} is missing or has another text. Read the text so far.`,
        );
    }
  }
}
