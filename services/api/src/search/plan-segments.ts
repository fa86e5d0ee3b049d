import type { Span } from '../queries/index-owner.ts';
import { fullSegment, smallSegment } from './limits.ts';

/**
 * Which segments to build. Each message is indexed twice at most: in a small segment soon, in a full one later. So a user has a
 * segment for every 8192 messages and few others.
 */
export const planSegments = {
  /** The last segments, as many as together are less than a full one. */
  open<S extends Counted>(segments: readonly S[]): S[] {
    let count = 0;
    let first = segments.length;
    while (first > 0 && count + (segments[first - 1] as S).count < fullSegment) {
      first -= 1;
      count += (segments[first] as S).count;
    }
    return segments.slice(first);
  },

  /**
   * The segments for what is new, ascending; the first of them in the place of the open ones if that makes it full.
   *
   * @param steps ids up to which, with what is open, full segments go
   */
  spans(open: readonly Counted[], { count, steps }: { count: number; steps: readonly number[] }, fresh: Span): Span[] {
    const before = open.reduce((sum, segment) => sum + segment.count, 0);
    const left = steps.length === 0 ? count : before + count - steps.length * fullSegment;
    const spans: Span[] = [];
    let first = steps.length === 0 ? fresh.first : (open[0]?.first ?? fresh.first);
    for (const last of steps) {
      // Messages of several chats may have one id; then a step may come twice.
      if (last >= first) spans.push({ first, last });
      first = Math.max(first, last + 1);
    }
    if (left >= smallSegment && first <= fresh.last) spans.push({ first, last: fresh.last });
    return spans;
  },
};

interface Counted extends Span {
  count: number;
}
