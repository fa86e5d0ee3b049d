import type { FrameOf } from '@parley/protocol';
import { publish, readMembers } from '@parley/redis';
import type { Caller } from '../caller.ts';
import type { Gateway } from '../gateway.ts';
import { readStanding } from '../permits.ts';
import { whyNot } from './refusal.ts';

/** Shows the others in a chat that this user is typing. Nobody waits for it, so who may not is not told. */
export async function typing(gateway: Gateway, { user }: Caller, frame: FrameOf<'typing'>): Promise<undefined> {
  const { link, config } = gateway;
  const standing = await readStanding(link, user, frame.chat);
  if (whyNot(standing, config.sendPolicy) !== undefined) return;
  const group = standing === 'member';
  const others = group ? (await readMembers(link, frame.chat)).filter((id) => id !== user.id) : [frame.chat];
  const chat = group ? frame.chat : user.id;
  const text = `{"type":"typing","chat":${chat},"user":${user.id},"active":${frame.active}}`;
  await Promise.all(others.map((id) => publish(link, id, text)));
}
