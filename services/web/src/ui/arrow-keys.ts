const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };

/**
 * Moves the focus within a list with the arrow keys, Home and End. Use it as the `keydown` listener
 * of the list.
 *
 * @param selector the elements between which the focus moves
 * @returns true if the key moved the focus
 */
export function moveByArrows(event: KeyboardEvent, selector = 'a, button'): boolean {
  const list = event.currentTarget as HTMLElement;
  const items = [...list.querySelectorAll<HTMLElement>(selector)].filter((item) => item.checkVisibility());
  const at = items.findIndex((item) => item.contains(document.activeElement));
  const step = STEPS[event.key];
  let to: HTMLElement | undefined;
  if (step) to = items[Math.max(0, at + step)];
  else if (event.key === 'Home') to = items[0];
  else if (event.key === 'End') to = items.at(-1);
  if (!to) return false;
  event.preventDefault();
  to.focus();
  return true;
}
