const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };

/**
 * Handles a key press in the list of messages: arrow keys move the focus, and Enter, Space or the
 * menu key opens the menu of the focused message.
 *
 * @param list the element that contains the messages
 */
export function moveInMessages(event: KeyboardEvent, list: HTMLElement, openMenu: (bubble: HTMLElement) => void): void {
  const bubbles = [...list.querySelectorAll<HTMLElement>('.bubble')];
  const at = bubbles.indexOf(event.target as HTMLElement);
  const step = STEPS[event.key];
  if (step && (at >= 0 || event.target === list)) {
    const to = at < 0 ? lastVisible(bubbles, list) : bubbles[at + step];
    to?.focus({ preventScroll: true });
    to?.scrollIntoView({ block: 'nearest' });
    event.preventDefault();
  } else if (at >= 0 && (event.key === 'Enter' || event.key === ' ' || event.key === 'ContextMenu')) {
    openMenu(bubbles[at] as HTMLElement);
    event.preventDefault();
  }
}

function lastVisible(bubbles: HTMLElement[], list: HTMLElement): HTMLElement | undefined {
  const { bottom } = list.getBoundingClientRect();
  return bubbles.findLast((bubble) => bubble.getBoundingClientRect().top < bottom) ?? bubbles.at(-1);
}
