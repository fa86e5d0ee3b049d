import type { FrameOf } from '@parley/protocol';
import type { CommandDeps } from './command.ts';
import type { SenderConnection } from './frame-sender.ts';

/**
 * Stores which chat a user has open on a connection. Messages of that chat cause no push
 * notification.
 */
export async function focus(
  { focusList }: CommandDeps,
  connection: SenderConnection,
  { chat }: FrameOf<'focus'>,
): Promise<undefined> {
  if (!connection.closed) focusList.focus(connection, chat);
}
