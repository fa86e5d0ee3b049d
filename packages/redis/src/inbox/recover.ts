import type { Cursor, MessageEvent } from '@parley/protocol';
import clock from '../connection/clock.lua';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import inbox from './inbox.lua';
import source from './recover.lua';

const script = createScript('recover', [clock, inbox, source]);

/**
 * Reads a page of a user's inbox. An inbox that does not exist begins with this call. Where
 * replicas have to confirm, resolves only once they have what was read: a device that was told of
 * an event which a fail-over takes back would hold it for accepted.
 */
export async function recover(
  redis: RedisConnection,
  user: number,
  from: ResumePoint,
  options: RecoverOptions,
): Promise<InboxPage> {
  const [epoch, offset] =
    from === 'latest' ? ['latest', 0] : from === 'acknowledged' ? ['', 0] : [String(from.epoch), from.offset];
  const bucket = redis.keys.bucket(user);
  const reply = (await redis.run(
    script,
    [redis.keys.inbox(user), redis.keys.cursors(user), redis.keys.recalled(user)],
    [epoch, offset, options.device, options.limit, redis.inboxTtl, redis.since(bucket), options.relay ? 0 : 1],
  )) as [recovered: number, epoch: number, offset: number, last: number, ...entries: (number | string)[]];
  await redis.confirm([bucket]);
  const events: InboxPage['events'] = [];
  for (let i = 4; i < reply.length; i += 2) {
    const offset = reply[i] as number;
    const event = reply[i + 1] as string;
    events.push(offset < 0 ? { offset: -offset, event: withhold(event) } : { offset, event });
  }
  return { recovered: reply[0] === 1, epoch: reply[1], offset: reply[2], last: reply[3], events };
}

/**
 * A message that was taken back, as those get it who had not yet: that it was there, and nothing of
 * what it said.
 */
function withhold(event: string): string {
  const { ref, ...message } = JSON.parse(event) as MessageEvent;
  return JSON.stringify({ ...message, body: { type: 'text', text: '' }, recalled: true, ref });
}

/** Where to read on: at a cursor, where the device last acknowledged, or at the end. */
export type ResumePoint = Cursor | 'acknowledged' | 'latest';

export interface RecoverOptions {
  device: string;
  /** Events at most. */
  limit: number;
  /** In relay mode entries leave the inbox once acknowledged, so a gap at its start is no loss. */
  relay?: boolean;
}

export interface InboxPage {
  /**
   * False: the cursor was too old or of another epoch; the page starts with the oldest event there
   * is.
   */
  recovered: boolean;
  epoch: number;
  /** The place just before the first event. */
  offset: number;
  /** The last offset of the inbox. */
  last: number;
  /** In offset order, without a gap; `event` is JSON text. */
  events: { offset: number; event: string }[];
}
