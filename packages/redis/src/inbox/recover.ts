import type { Cursor, MessageEvent } from '@parley/protocol';
import clock from '../connection/clock.lua';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import inbox from './inbox.lua';
import source from './recover.lua';

const script = createScript('recover', [clock, inbox, source]);

/**
 * Reads a page of a user's inbox. Creates the inbox if it does not exist. With `replicas`, resolves
 * only after the replicas have all events of the page, because a fail-over could otherwise lose an
 * event that a device has received.
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
    [
      epoch,
      offset,
      options.device,
      options.limit,
      redis.generation(bucket),
      redis.inboxTtl,
      options.relay ? 0 : 1,
      options.lossReported ?? 0,
    ],
  )) as [recovered: number, epoch: number, offset: number, last: number, lost: number, ...entries: (number | string)[]];
  await redis.confirm([bucket]);
  const events: InboxPage['events'] = [];
  for (let i = 5; i < reply.length; i += 2) {
    const offset = reply[i] as number;
    const event = reply[i + 1] as string;
    events.push(offset < 0 ? { offset: -offset, event: withhold(event) } : { offset, event });
  }
  return { recovered: reply[0] === 1, epoch: reply[1], offset: reply[2], last: reply[3], lost: reply[4], events };
}

/**
 * Returns a recalled message without its body, for devices that have not received the message yet.
 */
function withhold(event: string): string {
  const { ref, custom: _, ...message } = JSON.parse(event) as MessageEvent;
  return JSON.stringify({ ...message, body: { type: 'text', text: '' }, recalled: true, ref });
}

/**
 * The position where a device continues: a cursor, the position that it last acknowledged, or the
 * end of the inbox.
 */
export type ResumePoint = Cursor | 'acknowledged' | 'latest';

export interface RecoverOptions {
  device: string;
  /** Events at most. */
  limit: number;
  /**
   * True for relay mode, in which an event leaves the inbox once every known device has
   * acknowledged it. Default: false.
   */
  relay?: boolean;
  /** Offset up to which a loss was already reported to the connection. Default: 0. */
  lossReported?: number;
}

export interface InboxPage {
  /**
   * False if events after the cursor are missing: they were evicted, the cursor's epoch is unknown,
   * or the server lost events that the device has received. `events` then contains the events that
   * the inbox still has.
   */
  recovered: boolean;
  epoch: number;
  /** Offset before the first event of the page. */
  offset: number;
  /** Offset of the last event of the inbox. */
  last: number;
  /** Offset of the newest evicted event. 0: none. */
  lost: number;
  /**
   * Events in the order of their offsets. Offsets of events that newer events replaced are skipped.
   * `event` is JSON text.
   */
  events: { offset: number; event: string }[];
}
