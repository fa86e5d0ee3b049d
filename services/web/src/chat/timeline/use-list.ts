import { computed, nextTick, onBeforeUnmount, onMounted, type Ref, ref, shallowRef, watch } from 'vue';
import { Heights } from './heights.ts';
import type { Row } from './rows.ts';

/** Pixels above and below what is seen that are rendered as well. */
const MARGIN = 600;

/** Pixels from the end within which one counts as being there. */
const END = 24;

/**
 * Renders of a long list only what is seen. The scroller lays out from its end (`column-reverse`), so its place is the distance from
 * there: older rows that come in above move nothing, and at the end one stays there. Elsewhere the lowest row that is seen keeps
 * its place, whatever happens around it.
 */
export function useList(scroller: Ref<HTMLElement | undefined>, rows: () => Row[], newer: () => boolean) {
  const heights = new Heights((row) => estimate(row as Row));
  const distance = ref(0);
  const room = ref(800);
  const layout = shallowRef(0);
  const atEnd = computed(() => distance.value <= END && !newer());
  /** Set while what is shown is to be at the end, whatever comes. */
  let held = true;

  const range = computed(() => {
    void layout.value;
    return heights.range(distance.value - MARGIN, distance.value + room.value + MARGIN);
  });
  const start = computed(() => range.value[0]);
  const stop = computed(() => range.value[1]);
  const shown = computed(() => rows().slice(start.value, stop.value));
  const total = computed(() => {
    void layout.value;
    return heights.total;
  });
  const bottom = computed(() => {
    void layout.value;
    return heights.endAt(stop.value - 1);
  });

  /** Sets the rows out anew; the row that is seen lowest stays where it is. */
  function layOut(): void {
    const anchor: string | undefined = held ? undefined : lowest();
    const before = anchor === undefined ? undefined : heights.end(anchor);
    heights.below = 0;
    heights.layOut(rows());
    const now = anchor === undefined ? undefined : heights.end(anchor);
    let shift: number = 0;
    if (before !== undefined && now !== undefined) {
      // Rows that were let go at the end leave their room, so that nothing moves.
      if (newer() && before > now) {
        heights.below = before - now;
        heights.layOut(rows());
      } else shift = now - before;
    }
    layout.value += 1;
    if (shift !== 0) void nextTick(() => moveTo(distance.value + shift));
  }

  function lowest(): string | undefined {
    const [first, after] = heights.range(distance.value, distance.value + room.value);
    const all = last;
    for (let at = Math.min(after, all.length) - 1; at >= first; at--) {
      const row = all[at];
      if (row?.kind === 'message') return row.key;
    }
    return undefined;
  }

  /** The rows as they were set out last. */
  let last: Row[] = rows();

  function moveTo(to: number): void {
    const element = scroller.value;
    if (!element) return;
    element.scrollTop = -Math.max(0, to);
    look();
  }

  /** Takes where the scroller stands. */
  function look(): void {
    const element = scroller.value;
    if (!element) return;
    distance.value = Math.max(0, -element.scrollTop);
    room.value = element.clientHeight;
    held = distance.value <= END && !newer();
  }

  const observer = new ResizeObserver((entries) => {
    let changed = false;
    for (const { target, borderBoxSize } of entries) {
      const key = (target as HTMLElement).dataset.key;
      const height = borderBoxSize[0]?.blockSize ?? 0;
      if (key && target.isConnected && heights.measure(key, height)) changed = true;
    }
    if (changed) layOut();
  });
  const frame = new ResizeObserver(look);
  onMounted(() => {
    if (scroller.value) frame.observe(scroller.value);
    look();
  });
  onBeforeUnmount(() => {
    observer.disconnect();
    frame.disconnect();
  });

  watch(
    rows,
    () => {
      layOut();
      last = rows();
    },
    { flush: 'pre' },
  );
  heights.layOut(rows());

  return {
    shown,
    total,
    bottom,
    atEnd,
    distance,
    room,
    look,
    /** Keeps an eye on the height of a rendered row. */
    vMeasure: {
      mounted: (element: HTMLElement) => observer.observe(element),
      unmounted: (element: HTMLElement) => observer.unobserve(element),
    },
    toEnd(): void {
      held = true;
      moveTo(0);
    },
    /** Puts a row into the middle. Resolves once it is there and its height is known. */
    async show(key: string): Promise<void> {
      held = false;
      for (let times = 0; times < 3; times++) {
        const end = heights.end(key);
        if (end === undefined) return;
        const row = rows().find((each) => each.key === key) as Row;
        moveTo(end - (room.value - heights.height(row)) / 2);
        held = false;
        await nextTick();
        await new Promise(requestAnimationFrame);
      }
      look();
    },
    /** Pixels between what is seen and the first row. */
    above: () => heights.total - distance.value - room.value,
    /** Pixels between what is seen and the last row at hand; negative when one sees beyond it. */
    below: () => distance.value - heights.below,
  };
}

/** A guess that is near enough for the scrollbar. */
function estimate(row: Row): number {
  if (row.kind !== 'message') return 44;
  const { body } = row.message;
  const more = row.last ? 8 : 2;
  if (body?.type === 'image' || body?.type === 'video') return 230 + more;
  if (body?.type !== 'text') return 70 + more;
  return 37 + more + 20 * Math.min(40, Math.floor(body.text.length / 60));
}
