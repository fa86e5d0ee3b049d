import { computed, nextTick, onBeforeUnmount, onMounted, type Ref, ref, shallowRef, watch } from 'vue';
import { Heights } from './heights.ts';
import type { Row } from './rows.ts';

/** Distance in pixels above and below the visible part within which rows are rendered too. */
const MARGIN = 600;

/** Maximum distance in pixels from the end at which the list counts as scrolled to its end. */
const END = 24;

/**
 * Renders only the visible rows of a long list. The list is laid out from its end with
 * `column-reverse`, so that the scroll position is the distance from the end. Therefore, rows added
 * above do not move others. At its end, the list follows new rows. At other positions, the lowest
 * visible row keeps its place while rows around it change.
 */
export function useList(scroller: Ref<HTMLElement | undefined>, rows: () => Row[], newer: () => boolean) {
  const heights = new Heights((row) => estimate(row as Row));
  const distance = ref(0);
  const room = ref(800);
  const layout = shallowRef(0);
  const atEnd = computed(() => distance.value <= END && !newer());
  /** Whether the list stays scrolled to its end when rows are added. */
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

  /**
   * Computes the positions of all rows again. The lowest visible row keeps its place on the screen.
   */
  function layOut(): void {
    const anchor: string | undefined = held ? undefined : lowest();
    const before = anchor === undefined ? undefined : heights.end(anchor);
    heights.below = 0;
    heights.layOut(rows());
    const now = anchor === undefined ? undefined : heights.end(anchor);
    let shift: number = 0;
    if (before !== undefined && now !== undefined) {
      // Leaves empty space for rows that were dropped at the end, so that other rows do not move.
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
      if (row?.kind === 'message' || row?.kind === 'album') return row.key;
    }
    return undefined;
  }

  /** The rows for which the positions were last computed. */
  let last: Row[] = rows();

  function moveTo(to: number): void {
    const element = scroller.value;
    if (!element) return;
    element.scrollTop = -Math.max(0, to);
    updatePosition();
  }

  /** Reads the scroll position and the height of the visible part. */
  function updatePosition(): void {
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
  const frame = new ResizeObserver(updatePosition);
  onMounted(() => {
    if (scroller.value) frame.observe(scroller.value);
    updatePosition();
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
    updatePosition,
    /** Vue directive that measures a row while it is rendered. */
    vMeasure: {
      mounted: (element: HTMLElement) => observer.observe(element),
      unmounted: (element: HTMLElement) => observer.unobserve(element),
    },
    toEnd(): void {
      held = true;
      moveTo(0);
    },
    /**
     * Scrolls a row to the middle of the visible part. Resolves when the row is in place and
     * measured.
     */
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
      updatePosition();
    },
    /** Returns the distance in pixels from the visible part up to the first loaded row. */
    above: () => heights.total - distance.value - room.value,
    /**
     * Returns the distance in pixels from the visible part down to the last loaded row. Negative if
     * the empty space below that row is visible.
     */
    below: () => distance.value - heights.below,
  };
}

/** Returns the estimated height of a row that was not measured yet. */
function estimate(row: Row): number {
  if (row.kind === 'album') return 300;
  if (row.kind !== 'message') return 44;
  const { body } = row.message;
  const more = row.last ? 8 : 2;
  if (body?.type === 'image' || body?.type === 'video') return 230 + more;
  if (body?.type !== 'text') return 70 + more;
  return 37 + more + 20 * Math.min(40, Math.floor(body.text.length / 60));
}
