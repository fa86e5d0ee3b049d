import type { RedisConnection } from '../link.ts';
import { createScript } from '../script.ts';
import source from './permit.lua';

const script = createScript('permit', [source]);

/** Asks the copy in Redis how `from` stands to a user or group. */
export async function readPermit(link: RedisConnection, from: number, to: number): Promise<Standing> {
  const { keys } = link;
  return (await link.run(
    script,
    [keys.copy(to), keys.contacts(to), keys.blocks(to), keys.members(to)],
    [from],
  )) as Standing;
}

/** `unknown`: there is no copy, ask the recorder for one; `nobody`: no user or group has this id. */
export type Standing = 'friend' | 'stranger' | 'blocked' | 'member' | 'not-member' | 'nobody' | 'unknown';
