import { onBeforeUnmount, onMounted } from 'vue';

/** Functions that close the open dialogs, menus and panels, the topmost last. */
const open: (() => void)[] = [];

/**
 * While a dialog, menu or panel is mounted, lets the browser's Back close it instead of leaving the
 * page.
 */
export function useOverlay(close: () => void): void {
  onMounted(() => open.push(close));
  onBeforeUnmount(() => {
    const at = open.lastIndexOf(close);
    if (at >= 0) open.splice(at, 1);
  });
}

/** Closes the topmost dialog, menu or panel. Returns false if none is open. */
export function closeTopOverlay(): boolean {
  const close = open.at(-1);
  close?.();
  return close !== undefined;
}
