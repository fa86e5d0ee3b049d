import { type FrameOf, messageDate } from '@parley/protocol';
import type { CommandDeps } from './command.ts';
import type { FrameSender } from './frame-sender.ts';
import { mutate, readOwnMessage } from './mutate.ts';
import { Refusal } from './refusal.ts';

/** Recalls one of the sender's messages, for everybody. No-op if it was recalled before. */
export async function recall(
  deps: CommandDeps,
  sender: FrameSender,
  { chat, id }: FrameOf<'recall'>,
): Promise<undefined> {
  const { recalled } = await readOwnMessage(deps, sender, chat, id);
  if (Date.now() - messageDate(id) > deps.config.recallWindow) throw new Refusal('recall-too-late');
  if (!recalled) await mutate(deps, sender, chat, { kind: 'recall', id });
}
