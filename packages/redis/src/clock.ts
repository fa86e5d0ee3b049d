import { firstMessageId } from '@parley/protocol';
import type { Redis } from 'ioredis';
import type { Link } from './link.ts';

/**
 * The greatest message id that can have been given out by now, by Redis' clock: ids that come later are greater.
 */
export async function messageIdNow(link: Link): Promise<number> {
  const [seconds, microseconds] = await (link.client as Redis).time();
  return firstMessageId(Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000) + 1) - 1;
}
