import type { FrameOf } from '@parley/protocol';
import { checkCustom } from './check-custom.ts';
import type { CommandDeps } from './command.ts';
import type { FrameSender } from './frame-sender.ts';
import { mutate, readOwnMessage, recalledRefusal } from './mutate.ts';

/** Replaces the body and the `custom` data of a message that the user sent. */
export async function edit(deps: CommandDeps, sender: FrameSender, frame: FrameOf<'edit'>): Promise<undefined> {
  const { chat, id, body, custom } = frame;
  checkCustom(deps, frame);
  const { recalled } = await readOwnMessage(deps, sender, chat, id);
  if (recalled) throw recalledRefusal();
  await mutate(deps, sender, chat, { kind: 'edit', id, body, ...(custom && { custom }) });
}
