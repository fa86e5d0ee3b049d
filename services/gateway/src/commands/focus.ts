import type { FrameOf } from '@parley/protocol';
import type { CommandDeps } from './command.ts';
import type { SenderConnection } from './frame-sender.ts';

/**
 * Sets the chat that the user of a connection is looking at, whose messages cause no push
 * notification.
 */
export async function focus(
  { focusList }: CommandDeps,
  connection: SenderConnection,
  { chat }: FrameOf<'focus'>,
): Promise<undefined> {
  if (!connection.closed) focusList.focus(connection, chat);
}
