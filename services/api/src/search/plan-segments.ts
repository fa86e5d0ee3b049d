import type { Span } from '../queries/index-owner.ts';
import { fullSegment, smallSegment } from './limits.ts';

/**
 * Plans which segments of the search index to build. Each message is indexed at most twice: soon in
 * a small segment, later in a full one. A user therefore has one full segment per 8192 messages and
 * a few small ones.
 */
export const planSegments = {
  /**
   * Returns the open segments: the last ones, which together have fewer messages than a full
   * segment.
   */
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
   * Returns the segments to build for new messages, in ascending order. If the new messages
   * complete a full segment, it replaces the open segments.
   *
   * @param steps the last message id of each full segment to build. The first full segment includes
   * the open segments
   */
  spans(open: readonly Counted[], { count, steps }: { count: number; steps: readonly number[] }, fresh: Span): Span[] {
    const before = open.reduce((sum, segment) => sum + segment.count, 0);
    const left = steps.length === 0 ? count : before + count - steps.length * fullSegment;
    const spans: Span[] = [];
    let first = steps.length === 0 ? fresh.first : (open[0]?.first ?? fresh.first);
    for (const last of steps) {
      // Skips a step that repeats, because messages of several chats can have the same id.
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
