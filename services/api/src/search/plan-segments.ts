import type { Span } from '../queries/index-owner.ts';
import { fullSegment, smallSegment } from './limits.ts';

/**
 * Plans which segments to build. Each message is indexed at most twice: soon in a small segment,
 * later in a full one. A user therefore has one segment per 8192 messages and a few small ones.
 */
export const planSegments = {
  /** Returns the last segments that together are smaller than a full one. */
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
   * Returns the segments for new messages in ascending order. The first one replaces the open
   * segments if that makes it full.
   *
   * @param steps the last message id of each full segment to build. The first one includes the open
   * segments
   */
  spans(open: readonly Counted[], { count, steps }: { count: number; steps: readonly number[] }, fresh: Span): Span[] {
    const before = open.reduce((sum, segment) => sum + segment.count, 0);
    const left = steps.length === 0 ? count : before + count - steps.length * fullSegment;
    const spans: Span[] = [];
    let first = steps.length === 0 ? fresh.first : (open[0]?.first ?? fresh.first);
    for (const last of steps) {
      // Messages of several chats may have the same id, so a step may repeat.
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
