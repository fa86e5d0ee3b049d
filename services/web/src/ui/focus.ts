/**
 * Focuses the first of these elements that is on the page and can have the focus. No-op if there is
 * none.
 */
export function focusFirst(...candidates: (HTMLElement | null | undefined)[]): void {
  for (const candidate of candidates) {
    if (!candidate?.isConnected || candidate === document.body) continue;
    candidate.focus({ preventScroll: true });
    if (document.activeElement === candidate) return;
  }
}

/**
 * Returns whether no element has the focus, for example because the focused element was removed.
 */
export function isFocusLost(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}
