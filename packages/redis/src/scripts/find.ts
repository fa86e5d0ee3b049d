import type { MessageEvent } from '@parley/protocol';
import type { Link } from '../link.ts';
import { createScript } from '../script.ts';
import source from './find.lua';

const script = createScript('find', source);

/** Finds a message that a user's inbox still holds: the event, `recalled`, or nothing. Reads back as long as it takes. */
export async function findMessage(
  link: Link,
  user: number,
  id: number,
): Promise<MessageEvent | 'recalled' | undefined> {
  const reply = (await link.run(script, [link.keys.inbox(user), link.keys.recalled(user)], [id])) as string;
  return reply === '' ? undefined : reply === 'recalled' ? reply : (JSON.parse(reply) as MessageEvent);
}
