import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fullSegment, smallSegment } from './limits.ts';
import { planSegments } from './plan-segments.ts';

it('planSegments plans one segment per 8192 messages and few smaller ones, without a gap', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 60 }), (arrivals) => {
      // The ids of the messages are 1, 2, 3, …
      let segments: { first: number; last: number; count: number }[] = [];
      let there = 0;
      let built = 0;
      for (const arrived of arrivals) {
        there += arrived;
        const horizon = segments.at(-1)?.last ?? 0;
        const open = planSegments.open(segments);
        const offset = open.reduce((sum, segment) => sum + segment.count, 0);
        const steps = Array.from({ length: there - horizon }, (_, n) => horizon + 1 + n).filter(
          (_, n) => (n + 1 + offset) % fullSegment === 0,
        );
        const spans = planSegments.spans(open, { count: there - horizon, steps }, { first: horizon + 1, last: there });
        for (const span of spans) {
          segments = segments.filter((segment) => segment.first < span.first || segment.last > span.last);
          segments.push({ ...span, count: span.last - span.first + 1 });
          built += span.last - span.first + 1;
        }
        segments.forEach((segment, n) => {
          expect(segment.first).toBe((segments[n - 1]?.last ?? 0) + 1);
        });
        expect(there - (segments.at(-1)?.last ?? 0)).toBeLessThan(smallSegment);
      }
      expect(segments.filter((segment) => segment.count > fullSegment)).toEqual([]);
      expect(segments.filter((segment) => segment.count < fullSegment).length).toBeLessThanOrEqual(
        fullSegment / smallSegment,
      );
      expect(built).toBeLessThanOrEqual(2 * there);
    }),
  );
});
