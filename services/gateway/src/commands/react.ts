import type { FrameOf } from '@parley/protocol';
import type { CommandDeps } from './command.ts';
import type { FrameSender } from './frame-sender.ts';
import { mutate, readMessage, recalledRefusal } from './mutate.ts';

/** Adds a reaction to a message or removes it. */
export async function react(deps: CommandDeps, sender: FrameSender, frame: FrameOf<'react'>): Promise<undefined> {
  const { chat, id, emoji, active } = frame;
  const { recalled } = await readMessage(deps, sender, chat, id);
  if (recalled) throw recalledRefusal();
  await mutate(deps, sender, chat, { kind: 'react', id, emoji, active });
}
