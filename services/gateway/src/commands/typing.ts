import type { FrameOf } from '@parley/protocol';
import { publish } from '@parley/redis';
import type { Gateway } from '../start-gateway.ts';
import { readMembership } from '../users/permits.ts';
import type { Caller } from './frame-sender.ts';
import { whyNot } from './refusal.ts';

/** Shows the others in a chat that this user is typing. Nobody waits for it, so who may not is not told. */
export async function typing(gateway: Gateway, { user }: Caller, frame: FrameOf<'typing'>): Promise<undefined> {
  const { link, config } = gateway;
  const found = await readMembership(link, user, frame.chat);
  const group = typeof found !== 'string';
  if (!group && whyNot(found, config.sendPolicy) !== undefined) return;
  const others = group ? found.filter((id) => id !== user.id) : [frame.chat];
  const chat = group ? frame.chat : user.id;
  const text = `{"type":"typing","chat":${chat},"user":${user.id},"active":${frame.active}}`;
  await Promise.all(others.map((id) => publish(link, id, text)));
}
