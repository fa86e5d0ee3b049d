import type { Link } from '../link.ts';
import { forward } from './forward.ts';

/**
 * Forwards the messages accepted in a bucket that were to be forwarded when it was asked last and still are: who accepted them died, or
 * could not reach another bucket. Resolves with what is to be forwarded now, to be handed in the next time; rejects when a bucket cannot
 * be reached, after all others were. Any number may do it at once.
 *
 * Asking twice, some time apart, tells what is stuck from what is on its way without comparing clocks.
 */
export async function finishForwards(link: Link, bucket: number, seen: ReadonlySet<string>): Promise<Set<string>> {
  const key = link.keys.forwards(bucket);
  const kept = (await link.call(key, ['HGETALL', key])) as string[];
  const found = Array.from({ length: kept.length / 2 }, (_, i) => read(kept[2 * i] ?? '', kept[2 * i + 1] ?? ''));
  const stuck = found.filter(({ field }) => seen.has(field)).sort((a, b) => a.message.id - b.message.id);
  let failure: unknown;
  for (const { field, message } of stuck) {
    try {
      await forward(link, message);
      await link.call(key, ['HDEL', key, field]);
    } catch (error) {
      failure ??= error;
    }
  }
  if (failure) throw failure;
  return new Set(found.map(({ field }) => field));
}

/** @param field `<id>:<sender>:<ref>` @param value as `accept` wrote it: participants, ref and event, a line each */
function read(field: string, value: string) {
  const [participants = '', ref = '', event = ''] = value.split('\n');
  const { id, conversation, from } = JSON.parse(event) as { id: number; conversation: string; from: number };
  const message = {
    ...{ id, conversation, from, ref, participants: participants.split(' ').map(Number) },
    event: event.slice(0, -1),
    // They come in the order of their ids, and those before these have arrived.
    before: () => 0,
  };
  return { field, message };
}
