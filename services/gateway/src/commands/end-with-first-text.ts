import { endStream, readStream } from '@parley/redis';
import type { LocalUser } from '../users/local-user.ts';
import { admitWriter, type WriterDeps } from './admit-writer.ts';

/**
 * Ends a streamed message of a user and resets its content to the first text. No-op if the user has
 * no such stream.
 */
export async function endWithFirstText(
  deps: WriterDeps,
  user: LocalUser,
  { chat, id }: { chat: number; id: number },
): Promise<void> {
  const { conversation, members = [] } = await admitWriter(deps, user, chat, id);
  const stream = await readStream(deps.redis, conversation, id);
  if (stream?.from !== user.id) return;
  const body = { type: 'text', text: stream.first } as const;
  await endStream(deps.redis, conversation, id, { body, participants: members });
}
