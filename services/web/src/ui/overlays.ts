import { onBeforeUnmount, onMounted } from 'vue';

/** Functions that close open overlays, the topmost last. */
const open: (() => void)[] = [];

/**
 * Registers a dialog, menu or panel while it is mounted, so that the browser's Back closes it
 * instead of leaving the page.
 */
export function useOverlay(close: () => void): void {
  onMounted(() => open.push(close));
  onBeforeUnmount(() => {
    const at = open.lastIndexOf(close);
    if (at >= 0) open.splice(at, 1);
  });
}

/** Closes the topmost overlay. Returns false if none is open. */
export function closeTopOverlay(): boolean {
  const close = open.at(-1);
  close?.();
  return close !== undefined;
}
